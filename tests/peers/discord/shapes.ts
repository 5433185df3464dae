// Discord's objects as its API writes them. Shapes only; what is true is in world.ts.
import { attachmentsOf } from './attachments.ts';
import {
  ephemeral,
  operatorRole,
  type Person,
  type StoredInteraction,
  type StoredMessage,
  type World,
} from './world.ts';

export type ApiObject = Readonly<Record<string, unknown>>;

function userOf(person: Person, bot = false): ApiObject {
  return {
    id: person.id,
    username: person.name,
    discriminator: '0',
    global_name: null,
    avatar: null,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
    bot,
  };
}

export function botUser(world: World): ApiObject {
  return userOf({ id: world.applicationId, name: 'swarmline' }, true);
}

export function ownUser(world: World): ApiObject {
  return { ...botUser(world), mfa_enabled: true, locale: 'en-US', verified: true, email: null };
}

export function applicationOf(world: World): ApiObject {
  return {
    id: world.applicationId,
    name: 'Swarmline',
    icon: null,
    description: '',
    type: null,
    verify_key: '0'.repeat(64),
    flags: 0,
    flags_new: '0',
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userOf({ id: '900000000000000009', name: 'owner' }),
    approximate_guild_count: 1,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  };
}

export function channelOf(world: World): ApiObject {
  return {
    id: world.channelId,
    type: 0,
    flags: 0,
    guild_id: world.guildId,
    name: 'swarm',
    position: 0,
    permission_overwrites: [],
    nsfw: false,
    topic: null,
    parent_id: null,
    last_message_id: null,
    rate_limit_per_user: 0,
  };
}

/** For GUILD_CREATE. */
export function guildOf(world: World): ApiObject {
  const everyone = {
    id: world.guildId,
    name: '@everyone',
    permissions: '0',
    position: 0,
    color: 0,
    flags: 0,
    hoist: false,
    managed: false,
    mentionable: false,
  };
  return {
    id: world.guildId,
    name: 'Swarm',
    owner_id: '900000000000000009',
    unavailable: false,
    member_count: 1,
    roles: [everyone, { ...everyone, id: operatorRole, name: 'operators', position: 1 }],
    members: [{ user: botUser(world), roles: [], joined_at: '2026-01-01T00:00:00.000Z', flags: 0 }],
    channels: [channelOf(world)],
    threads: [],
    emojis: [],
    stickers: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    features: [],
    preferred_locale: 'en-US',
    premium_tier: 0,
    nsfw_level: 0,
    system_channel_flags: 0,
    joined_at: '2026-01-01T00:00:00.000Z',
    large: false,
  };
}

export function commandOf(world: World, scope: string, wanted: ApiObject): ApiObject {
  return {
    default_member_permissions: null,
    type: 1,
    description: '',
    nsfw: false,
    contexts: null,
    ...wanted,
    id: world.nextId(),
    application_id: world.applicationId,
    version: world.nextId(),
    ...(scope === 'global' ? {} : { guild_id: scope }),
  };
}

export function messageOf(world: World, message: StoredMessage): ApiObject {
  return {
    id: message.id,
    type: message.interactionId === undefined ? 0 : 20,
    channel_id: message.channelId,
    author: botUser(world),
    content: message.content,
    embeds: message.embeds.map((embed) => ({ type: 'rich', ...embed })),
    components: numbered(message.components),
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    attachments: attachmentsOf(message),
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === null ? null : new Date(message.editedAt).toISOString(),
    flags: message.flags,
    pinned: false,
    tts: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.interactionId === undefined
      ? {}
      : { application_id: world.applicationId, webhook_id: world.applicationId }),
  };
}

/** The body of the 200 that answers a callback with `with_response=true`. */
export function callbackOf(interaction: StoredInteraction, original: StoredMessage | undefined): ApiObject {
  return {
    interaction: {
      id: interaction.id,
      type: interaction.source === undefined ? 2 : 3,
      ...(original === undefined
        ? {}
        : {
            response_message_id: original.id,
            response_message_loading: interaction.answeredWith === 5,
            response_message_ephemeral: (original.flags & ephemeral) !== 0,
          }),
    },
  };
}

/** For INTERACTION_CREATE; `specific` has `type`, `data` and, for buttons, `message`. */
export function interactionOf(world: World, interaction: StoredInteraction, specific: ApiObject): ApiObject {
  return {
    id: interaction.id,
    token: interaction.token,
    application_id: world.applicationId,
    version: 1,
    guild_id: world.guildId,
    guild: { id: world.guildId, locale: 'en-US', features: [] },
    channel_id: interaction.channelId,
    channel: { ...channelOf(world), id: interaction.channelId, permissions: '0' },
    member: {
      user: userOf(interaction.person),
      roles: interaction.person.roles ?? [],
      joined_at: '2026-01-01T00:00:00.000Z',
      permissions: '0',
      flags: 0,
      deaf: false,
      mute: false,
    },
    app_permissions: '0',
    locale: 'en-US',
    guild_locale: 'en-US',
    entitlements: [],
    authorizing_integration_owners: { '0': world.guildId },
    context: 0,
    attachment_size_limit: 10_485_760,
    ...specific,
  };
}

/** Discord numbers the components of a message; rows and what is in them, from 1. */
function numbered(components: readonly ApiObject[]): readonly ApiObject[] {
  let id = 0;
  return components.map((row) => {
    id += 1;
    const rowId = id;
    const inner = Array.isArray(row['components']) ? row['components'] : [];
    return {
      ...row,
      id: rowId,
      components: inner.map((component: ApiObject) => {
        id += 1;
        return { disabled: false, ...component, id };
      }),
    };
  });
}
