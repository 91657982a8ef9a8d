/**
 * Simulator of a GitLab that keeps an archive: a group in which projects are made and deleted, whose repositories are
 * pushed to over smart HTTP. `GET /state` tells what there is.
 *
 *   node gitlab-archive.mjs --data dataset.json [flags of server.mjs]
 *
 * Dataset: { token, group, users: [{ id, username }], members: { "id": access_level } }
 */
import os from 'node:os';
import { GitRepositories } from './gitrepos.mjs';
import { basicAuth, dataset, reply, serve } from './server.mjs';

const repositories = new GitRepositories(os.tmpdir());
const members = dataset.members ?? {};
const projects = new Map();
const groupId = 5;

const error = (status, message) => reply(status, { message });
const body = (req) => JSON.parse(req.body.toString('utf8'));

function createProject(req) {
  const { path: name, namespace_id: namespace, visibility } = body(req);
  if (namespace !== groupId) return error(400, { namespace: ['is not valid'] });
  if (projects.has(name)) return error(400, { path: ['has already been taken'] });
  const repository = `${dataset.group}/${name}`;
  repositories.add(repository, null, 'master');
  repositories.git(repositories.directory(repository), ['config', 'http.receivepack', 'true']);
  projects.set(name, { visibility, protected: ['master'] });
  return reply(201, { id: projects.size, path: name });
}

function projectResource(req, reference, [resource, branch]) {
  const name = reference.startsWith(`${dataset.group}/`) ? reference.slice(dataset.group.length + 1) : '';
  const project = projects.get(name);
  if (project === undefined) return error(404, '404 Project Not Found');
  if (resource === undefined && req.method === 'DELETE') {
    projects.delete(name);
    return reply(202, { message: '202 Accepted' });
  }
  if (resource !== 'protected_branches') return error(404, '404 Not Found');
  if (req.method === 'GET') return reply(200, project.protected.map((one) => ({ name: one })));
  project.protected = project.protected.filter((one) => one !== branch);
  return reply(204);
}

function memberResource(req, [id]) {
  if (req.method === 'GET') {
    return id in members ? reply(200, { id: Number(id), access_level: members[id] }) : error(404, '404 Not found');
  }
  const { user_id: user, access_level: level } = body(req);
  members[id ?? user] = level;
  return reply(req.method === 'POST' ? 201 : 200, { access_level: level });
}

function answer(req, [kind, reference, resource, ...rest]) {
  if (req.headers['private-token'] !== dataset.token) return error(401, '401 Unauthorized');
  if (kind === 'projects' && reference === undefined) return createProject(req);
  if (kind === 'projects') return projectResource(req, reference, [resource, ...rest]);
  if (kind === 'users') {
    return reply(200, dataset.users.filter(({ username }) => username === req.query.get('username')));
  }
  if (kind === 'groups' && reference === dataset.group && resource === undefined) return reply(200, { id: groupId });
  if (kind === 'groups' && reference === String(groupId)) return memberResource(req, rest);
  return error(404, '404 Not Found');
}

function serveGit(req, { name, rest }) {
  if (basicAuth(req)?.password !== dataset.token) {
    return reply(401, 'Access denied', { 'WWW-Authenticate': 'Basic realm="GitLab"' });
  }
  return repositories.serve(req, name, rest, 'oauth2');
}

serve((req) => {
  if (req.path === '/state') return reply(200, { projects: Object.fromEntries(projects), members });
  const target = repositories.match(req.path);
  if (target !== null) return serveGit(req, target);
  return answer(req, req.segments.slice(2));
});
