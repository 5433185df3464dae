// Holds what an HTTP face does against its own OpenAPI description: a path, a method, a status and a shape that the
// description does not have are told.
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { z } from 'zod';

const content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const operationSchema = z.looseObject({
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: content.optional() })),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
});

export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

export interface DescriptionCheck {
  /** What is wrong with an answer; null when it is as described. */
  answer(exchange: Exchange): string | null;
  /** What is wrong with the body of a request; null when it is as described. */
  request(method: string, path: string, body: unknown): string | null;
}

/** What is said of a path that is nobody's, or of a command that there is not. */
const nowhere = { anyOf: ['Failure', 'Refusal'].map((name) => ({ $ref: `#/components/schemas/${name}` })) };

export function checkAgainst(description: unknown): DescriptionCheck {
  const document = documentSchema.parse(description);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajvFormats.default(ajv);
  ajv.addSchema({ $id: 'doc', components: document.components });
  const fits = (schema: object, value: unknown, what: string) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')));
    return validate(value) ? null : `${what}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`;
  };
  const operationOf = (method: string, path: string) => {
    const plain = path.split('?')[0] ?? '';
    // A literal path comes before one with a parameter.
    const found = Object.entries(document.paths)
      .toSorted(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
      .find(([template]) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain));
    return found?.[1][method.toLowerCase()] ?? null;
  };
  return {
    answer: ({ method, path, status, type, body }) => {
      const what = `${method} ${path} ${status}`;
      const operation = operationOf(method, path);
      const described = operation?.responses[status];
      if (operation && !described) return `${what} is not described`;
      const shape = operation ? described?.content?.['application/json']?.schema : nowhere;
      if (body === '') return shape ? `${what} has no body` : null;
      if (!type?.startsWith('application/json')) return shape ? `${what} is ${type}` : null;
      if (!shape) return `${what} has a body that is not described`;
      return fits(shape, JSON.parse(body), what);
    },
    request: (method, path, body) => {
      const shape = operationOf(method, path)?.requestBody?.content['application/json']?.schema;
      return shape ? fits(shape, body, `${method} ${path}`) : `${method} ${path} takes no body`;
    },
  };
}
