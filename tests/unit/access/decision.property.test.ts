// What holds of every decision, whatever the rules: deny wins, an allow never closes, a mark is nobody, default deny.
// fast-check prints the seed of what fails.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { type Facts, gatesOf, placeKeys } from '../../../src/access/gates.ts';
import type { Grant } from '../../../src/access/grants.ts';
import { covers, overlap } from '../../../src/access/patterns.ts';
import { compileRules, principalOf } from '../../../src/access/rules.ts';
import { type Mark, type Place, surfaces } from '../../../src/contracts/chat.ts';

// Few words, so that rules and wishes meet.
const permission = fc
  .tuple(fc.constantFrom('ask', 'gas.send', 'service.restart'), fc.constantFrom('', ':slam', ':mesh'))
  .map((parts) => parts.join(''));
const pattern = fc.oneof(
  permission,
  permission.map((text) => `${text.slice(0, -1)}*`),
  fc.constant('*'),
);
const patterns = fc.array(pattern, { maxLength: 4 });
const id = fc.constantFrom('1', '2', '3');
const placeKey = fc.constantFrom(
  'discord',
  'console',
  'discord-channel:61',
  'discord-server:62',
  'twitch-channel:a',
);
const placeKeyList = fc.array(placeKey, { minLength: 1, maxLength: 2 });
const role = fc.record(
  { allow: patterns, deny: patterns, places: placeKeyList },
  { requiredKeys: ['allow', 'deny'] },
);
const roleName = fc.constantFrom('r1', 'r2', 'r3');
const document = fc.record({
  roles: fc.record({ r1: role, r2: role, r3: role }),
  everyone: roleName,
  people: fc.record({
    ann: fc.record({ roles: fc.uniqueArray(roleName), identities: fc.constant(['discord:1', 'twitch:1']) }),
    ben: fc.record({ roles: fc.uniqueArray(roleName), identities: fc.constant(['discord:2']) }),
  }),
  // Ids of roles that are no person's; those of people are refused by the file.
  marks: fc.dictionary(fc.constantFrom('discord-role:7', 'twitch-badge:moderator'), roleName),
  places: fc.array(fc.record({ permissions: fc.array(pattern, { minLength: 1 }), in: placeKeyList }), {
    maxLength: 1,
  }),
  twitch: fc.array(fc.record({ permissions: fc.array(pattern, { minLength: 1 }), linked: fc.boolean() }), {
    maxLength: 1,
  }),
});
type Document = typeof document extends fc.Arbitrary<infer T> ? T : never;

const mark: fc.Arbitrary<Mark> = fc.oneof(
  fc.constantFrom('1', '2', '7').map((of): Mark => `role:${of}`),
  fc.constantFrom('moderator', 'vip').map((of): Mark => `badge:${of}`),
);
const grant: fc.Arbitrary<Grant> = fc
  .record({
    effect: fc.constantFrom('allow', 'deny'),
    what: fc.oneof(
      pattern.map((name) => ({ kind: 'permission', name }) as const),
      roleName.map((name) => ({ kind: 'role', name }) as const),
    ),
  })
  .map(({ effect, what }) => ({ effect, ...what, by: 'olga', at: 0, until: null }));
const surface = fc.constantFrom(...surfaces);
const place: fc.Arbitrary<Place> = fc.record({ surface, id: fc.constantFrom('61', 'a', 'main') });
const wish = fc.record({
  surface,
  id,
  permission,
  place: fc.option(place),
  marks: fc.array(mark, { maxLength: 2 }),
  grants: fc.array(grant, { maxLength: 3 }),
});
type Wished = typeof wish extends fc.Arbitrary<infer T> ? T : never;

function gates(from: Document, wished: Wished) {
  const rules = compileRules(from);
  const principal = principalOf(wished);
  const owner = rules.ownerOf(principal);
  const { surface: on, marks, grants } = wished;
  const facts: Facts = {
    ...{ principal, marks, grants },
    ...{ surface: on, person: owner ?? principal, linked: owner !== null, via: null },
  };
  return gatesOf(rules, facts, wished.permission, wished.place);
}

function allowed(from: Document, wished: Wished): boolean {
  return gates(from, wished).every(({ open }) => open);
}

const runs = { numRuns: 300 } as const;
// Each compiles hundreds of policies, on whatever machine.
vi.setConfig({ testTimeout: 60_000 });

it('lets deny win, in whatever order it stands beside what allows', () => {
  fc.assert(
    fc.property(document, wish, fc.array(grant, { maxLength: 3 }), fc.nat(), (from, wished, others, at) => {
      const deny: Grant = {
        effect: 'deny',
        kind: 'permission',
        name: wished.permission,
        by: 'olga',
        at: 0,
        until: null,
      };
      const all: Grant = { ...deny, effect: 'allow', name: '*' };
      const grants = [all, ...others, all];
      grants.splice(at % grants.length, 0, deny);
      expect(allowed(from, { ...wished, grants })).toBe(false);
    }),
    runs,
  );
});

it('decides the same whatever the order of roles, marks and grants', () => {
  fc.assert(
    fc.property(document, wish, (from, wished) => {
      const { ann, ben } = from.people;
      const people = { ben, ann: { ...ann, roles: ann.roles.toReversed() } };
      const turned = { ...wished, marks: wished.marks.toReversed(), grants: wished.grants.toReversed() };
      expect(allowed({ ...from, people }, turned)).toBe(allowed(from, wished));
    }),
    runs,
  );
});

it('never closes because something more is allowed', () => {
  fc.assert(
    fc.property(document, wish, pattern, roleName, (from, wished, more, name) => {
      if (!allowed(from, wished)) return;
      const wider = { ...from.roles[name], allow: [...from.roles[name].allow, more] };
      expect(allowed({ ...from, roles: { ...from.roles, [name]: wider } }, wished)).toBe(true);
      const extra: Grant = {
        effect: 'allow',
        kind: 'permission',
        name: more,
        by: 'olga',
        at: 0,
        until: null,
      };
      expect(allowed(from, { ...wished, grants: [...wished.grants, extra] })).toBe(true);
    }),
    runs,
  );
});

it('never opens because something more is denied', () => {
  fc.assert(
    fc.property(document, wish, pattern, roleName, (from, wished, more, name) => {
      if (allowed(from, wished)) return;
      const stricter = { ...from.roles[name], deny: [...from.roles[name].deny, more] };
      expect(allowed({ ...from, roles: { ...from.roles, [name]: stricter } }, wished)).toBe(false);
      const extra: Grant = { effect: 'deny', kind: 'permission', name: more, by: 'olga', at: 0, until: null };
      expect(allowed(from, { ...wished, grants: [...wished.grants, extra] })).toBe(false);
    }),
    runs,
  );
});

it('never takes a mark for a person, whatever its id', () => {
  fc.assert(
    fc.property(document, wish, mark, (from, wished, worn) => {
      const rules = compileRules(from);
      expect(rules.ownerOf(worn)).toBeNull();
      expect(rules.ownerOf(`${wished.surface}-${worn}`)).toBeNull();
      expect(surfaces.some((one) => worn.startsWith(`${one}:`))).toBe(false);
      // A mark that no rule names changes nothing.
      if (rules.rolesOfMark(wished.surface, worn).length > 0 || worn.startsWith('badge:')) return;
      const without = { ...wished, marks: [] };
      expect(allowed(from, { ...wished, marks: [worn] })).toBe(allowed(from, without));
    }),
    runs,
  );
});

it('denies whatever no rule speaks of', () => {
  fc.assert(
    fc.property(document, wish, fc.string({ minLength: 1 }), (from, wished, unknown) => {
      const sure = [
        ...Object.values(from.roles).flatMap(({ allow }) => allow),
        ...wished.grants.map(({ name }) => name),
      ];
      if (sure.some((one) => covers(one, unknown))) return;
      expect(allowed(from, { ...wished, permission: unknown })).toBe(false);
    }),
    runs,
  );
});

it('counts what is limited to places nowhere else', () => {
  fc.assert(
    fc.property(document, wish, placeKeyList, place, (from, wished, where, there) => {
      if (where.some((key) => placeKeys(there).includes(key))) return;
      const places = [{ permissions: [wished.permission], in: where }];
      expect(allowed({ ...from, places }, { ...wished, place: there })).toBe(false);
    }),
    runs,
  );
});

it('says that one pattern is within another only where each permission of it is', () => {
  fc.assert(
    fc.property(pattern, pattern, permission, (one, other, about) => {
      if (covers(one, other) && covers(other, about)) expect(covers(one, about)).toBe(true);
      if (covers(one, about) && covers(other, about)) expect(overlap(one, other)).toBe(true);
    }),
    runs,
  );
});
