import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

/**
 * A real OpenID provider that logs everybody in as the person named last by `PUT /person`. Arguments: port, redirect address.
 * Prints its address when it listens.
 */
const [port = '0', redirectUri = ''] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let person = { sub: 'nobody' };
const people = new Map();

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'modelmuxer',
      client_secret: 'a client secret for this test',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  cookies: { keys: ['a key for the cookies of this test'] },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  scopes: ['openid', 'email', 'profile', 'groups'],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    groups: ['groups', 'tenant'],
  },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({ accountId: id, claims: () => people.get(id) }),
  async loadExistingGrant(context) {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile groups');
    await grant.save();
    return grant;
  },
});
provider.on('server_error', (_context, error) => console.error(error));
const answer = provider.callback();

async function setPerson(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  person = JSON.parse(text);
  people.set(person.sub, person);
  response.writeHead(204).end();
}

createServer((request, response) => {
  const finish = (work) => work.catch((error) => response.writeHead(500).end(String(error)));
  if (request.method === 'PUT') void finish(setPerson(request, response));
  else if (request.url.startsWith('/interaction/')) {
    void finish(provider.interactionFinished(request, response, { login: { accountId: person.sub } }));
  } else answer(request, response);
}).listen(Number(port), '127.0.0.1', () => console.log(issuer));
