// What a change of each key takes to come into force while the platform runs.

/** `live`: at once. `discord` and the like: that component is stopped and started. `process`: the platform is. */
export type ReloadClass = 'live' | 'process' | { readonly component: string };

const discord = { component: 'discord' } as const;
const twitch = { component: 'twitch' } as const;

/** Of every key of the configuration; a key without a class is a fault that tests/drift finds. */
export const reloadClasses: Readonly<Record<string, ReloadClass>> = {
  home: 'process',
  'redis.url': 'process',
  'redis.prefix': 'process',
  'rabbitmq.url': 'process',
  'api.port': 'process',
  'bridge.profile': 'process',
  'bridge.restartDeadlineMs': 'process',
  'bridge.balance': 'process',
  'flow.capacity': 'process',
  'flow.copyWindowMs': 'process',
  'flow.outboxOrders': 'process',
  'flow.outboxBytes': 'process',
  'pipeline.agents': 'process',
  'pipeline.chainFile': 'process',
  'pipeline.ackTimeoutMs': 'process',
  'discord.token': discord,
  'discord.guildId': discord,
  // The pipeline reports there too, and reads it at its start.
  'discord.channelId': 'process',
  'discord.apiUrl': discord,
  'twitch.username': twitch,
  'twitch.token': twitch,
  'twitch.channels': twitch,
  'twitch.ircUrl': twitch,
  'alerts.chat': 'process',
  'alerts.file': 'process',
  'alerts.webhookUrl': 'process',
  'alerts.errorsPerMinute': 'process',
  'alerts.groupMs': 'process',
  'alerts.escalateAfterMs': 'process',
  'alerts.escalateTo': 'process',
  'drain.delayMs': 'process',
  'drain.timeoutMs': 'process',
  'policy.file': 'live',
  'limits.pending': 'process',
  'limits.burst': 'process',
  'limits.perMinute': 'process',
  'limits.programPending': 'process',
  'limits.programBurst': 'process',
  'limits.programPerMinute': 'process',
  'limits.personCooldownMs': 'process',
  'limits.placeCooldownMs': 'process',
  'limits.globalCooldownMs': 'process',
  'approvals.places': 'process',
  'approvals.expireMs': 'process',
  'reports.console': 'process',
  'health.host': 'process',
  'health.port': 'process',
  'tracing.endpoint': 'process',
  'log.level': 'live',
};
