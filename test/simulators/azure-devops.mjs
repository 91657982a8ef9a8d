/**
 * Azure DevOps Services / Azure DevOps Server / Team Foundation Server: REST API and Git repositories.
 *
 *   node azure-devops.mjs --data dataset.json [flags of server.mjs]
 *
 * Serves (METHODS in the route table below): repositories, pushes, pull requests, discussion
 * threads (the old `discussion/threads` and the newer `pullRequests/N/threads`), projects, teams,
 * team members, iterations, work item revision reports, work items, TFVC branches, OPTIONS of a
 * resource, and the Git repositories over smart HTTP under COLLECTION/PROJECT/_git/REPOSITORY.
 * Paths are matched without regard to case. `$top`/`$skip` page the lists, the work item report
 * goes by continuation token and `nextLink`.
 *
 * Dataset:
 *   product        "azure-devops" (default), "tfs-2018", "tfs-2017", "tfs-2015" or "tfs-2013"
 *                  tfs-2013/2015: the project goes behind the area (_apis/git/PROJECT/repositories)
 *                  tfs-2013: pushes without refUpdates, pull requests without reviewers or _links in
 *                  lists, no status All, OPTIONS gives releasedVersion 0.0
 *   maxApiVersion  highest api-version that is taken (each product has its own)
 *   auth           { anonymous: true, schemes: ["basic", "ntlm"], users: [{ username, password }],
 *                    tokens: ["personal access token"] } (without auth: everything is open)
 *   reportPageSize revisions per batch of the work item report (200)
 *   identities     { key: { id, displayName, uniqueName, isContainer? } }, used by key below
 *   collections    [{ name, projects }], name "tfs/DefaultCollection", "organisation" or ""
 *   project        { id, name, description?, repositories, teams, iterations, workItems }
 *   repository     { id, name, defaultBranch, fastImport: "file" or null, pushes, pullRequests }
 *   push           { pushId, date, pushedBy, refUpdates: [{ name, oldObjectId, newObjectId }] }
 *   pull request   { pullRequestId, status, createdBy, creationDate, closedDate?, title, description?,
 *                    sourceRefName, targetRefName, reviewers?: [{ identity, vote }], threads: [] }
 *   thread         { id, properties, isDeleted?, comments: [{ id, author, content, publishedDate,
 *                    lastUpdatedDate, parentId?, isDeleted?, authorDisplayName? }] }
 *   team           { id, name, description, members: [identity], iterations: [iteration id] }
 *   iteration      { id, name, path, attributes: { startDate, finishDate } }
 *   work item      { id, deleted?, revisions: [{ rev, fields }] }; identity fields hold
 *                  "Name <unique name>", which becomes an object from api-version 5 on
 *
 * Latency, faults and the rate limit act on the API, not on the Git repositories.
 */
import path from 'node:path';
import { args, dataset, serve, reply, basicAuth, tokenAuth } from './server.mjs';
import { GitRepositories } from './gitrepos.mjs';
import { ntlmStep } from './ntlm.mjs';

const PRODUCTS = {
  'azure-devops': { maximum: 7.2, projectFirst: true },
  'tfs-2018': { maximum: 4.1, projectFirst: true },
  'tfs-2017': { maximum: 3.2, projectFirst: true, areaFirst: true },
  'tfs-2015': { maximum: 2.3, areaFirst: true },
  'tfs-2013': { maximum: 1.0, areaFirst: true, old: true },
};
const product = PRODUCTS[dataset.product ?? 'azure-devops'];
const maximumVersion = dataset.maxApiVersion ?? product.maximum;
const auth = { anonymous: !dataset.auth, schemes: ['basic'], users: [], tokens: [], ...dataset.auth };
const identities = dataset.identities ?? {};
const NULL_ID = '0'.repeat(40);

/* ---------- errors ---------- */

function failure(status, typeKey, message, errorCode = 0) {
  return reply(status, {
    $id: '1', innerException: null, message,
    typeName: `Microsoft.TeamFoundation.${typeKey}, Microsoft.TeamFoundation.Server`,
    typeKey, errorCode, eventId: 3000,
  });
}

const noController = (req) => failure(404, 'HttpControllerNotFoundException',
  `The controller for path '${req.path}' was not found or does not implement IController.`);
const noProject = (name) => failure(404, 'ProjectDoesNotExistWithNameException',
  `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct and that the project exists on the specified server.`);
const noRepository = (name) => failure(404, 'GitRepositoryNotFoundException',
  `TF401019: The Git repository with name or identifier ${name} does not exist or you do not have permissions for the operation you are attempting.`);
const noTeam = (name) => failure(404, 'TeamNotFoundException', `The team with id '${name}' does not exist.`);

/* ---------- authentication ---------- */

function findPassword(user, domain) {
  const wanted = [user, `${domain}\\${user}`].map((name) => name.toLowerCase());
  return auth.users.find(({ username }) => wanted.includes(username.toLowerCase()))?.password ?? null;
}

function basicUser(req) {
  const given = basicAuth(req);
  if (!given || !auth.schemes.includes('basic')) return null;
  if (auth.tokens.includes(given.password)) return given.user || 'token';
  const password = findPassword(given.user, '');
  return password !== null && password === given.password ? given.user : null;
}

function bearerUser(req) {
  return auth.tokens.includes(tokenAuth(req, ['bearer'])) ? 'token' : null;
}

function unauthorized(req, git, challenge) {
  const cloud = product === PRODUCTS['azure-devops'];
  if (cloud && !git && !req.headers.authorization && !auth.schemes.includes('ntlm')) {
    return reply(203, '<html><head><title>Sign In</title></head><body></body></html>', { 'Content-Type': 'text/html; charset=utf-8' });
  }
  const offers = [];
  if (challenge) offers.push(challenge);
  else if (auth.schemes.includes('ntlm') && !git) offers.push('NTLM');
  if (auth.schemes.includes('basic')) offers.push(`Basic realm="${req.base}/"`);
  return reply(401, '<html><head><title>Access denied</title></head><body>401 - Unauthorized</body></html>', {
    'Content-Type': 'text/html; charset=utf-8', 'WWW-Authenticate': offers,
  });
}

/** Users by the connection that they have proven. */
const proven = new WeakMap();

/** { user } or { response } */
function authenticate(req, git) {
  if (!dataset.auth || (auth.anonymous && !req.headers.authorization)) return { user: '' };
  const user = basicUser(req) ?? bearerUser(req) ?? proven.get(req.connection) ?? null;
  if (user !== null) return { user };
  const step = auth.schemes.includes('ntlm') && !git ? ntlmStep(req.headers.authorization, findPassword) : null;
  if (step?.user && auth.ntlmPersists) proven.set(req.connection, step.user);
  return step?.user ? { user: step.user } : { response: unauthorized(req, git, step?.challenge) };
}

/* ---------- looking things up ---------- */

const same = (left, right) => String(left).toLowerCase() === String(right).toLowerCase();
const byNameOrId = (items, key) => (items ?? []).find((item) => same(item.name, key) || same(item.id, key));

const collections = dataset.collections.map((collection) => ({
  ...collection, parts: collection.name.split('/').filter(Boolean),
})).sort((left, right) => right.parts.length - left.parts.length);

function findCollection(segments) {
  return collections.find(({ parts }) => parts.every((part, i) => same(part, segments[i] ?? '')));
}

function findRepository(context, key) {
  const projects = context.project ? [context.project] : context.collection.projects;
  for (const project of projects) {
    const repository = byNameOrId(project.repositories, key);
    if (repository) return { project, repository };
  }
  return null;
}

const allRepositories = (context) => (context.project ? [context.project] : context.collection.projects)
  .flatMap((project) => (project.repositories ?? []).map((repository) => ({ project, repository })));

/* ---------- what is shown of each thing ---------- */

const url = (context, ...parts) => [context.base, ...context.collection.parts.map(encodeURIComponent), '_apis', ...parts].join('/');

function identity(context, key, extra = {}) {
  const known = identities[key] ?? key;
  return { ...known, url: url(context, 'Identities', known.id), ...extra };
}

function showProjectReference(context, project) {
  return {
    id: project.id, name: project.name, ...(project.description === undefined ? {} : { description: project.description }),
    url: url(context, 'projects', project.id), state: project.state ?? 'wellFormed', revision: project.revision ?? 11,
    visibility: project.visibility ?? 'private',
  };
}

function gitPath(collection, project, repository) {
  const parts = repository.name === project.name ? [] : [project.name];
  return [...collection.parts, ...parts, '_git', repository.name].map(encodeURIComponent).join('/');
}

function showRepository(context, { project, repository }) {
  const cloud = product === PRODUCTS['azure-devops'];
  const base = cloud && context.collection.parts.length > 0
    ? context.base.replace('://', `://${context.collection.parts.at(-1)}@`) : context.base;
  return {
    id: repository.id, name: repository.name, url: url(context, 'git', 'repositories', repository.id),
    project: showProjectReference(context, project),
    ...(repository.defaultBranch ? { defaultBranch: repository.defaultBranch } : {}),
    remoteUrl: `${base}/${gitPath(context.collection, project, repository)}`,
  };
}

function showPush(context, found, push, withRefs) {
  const { repository } = found;
  return {
    pushedBy: identity(context, push.pushedBy), pushId: push.pushId, date: push.date,
    url: url(context, 'git', 'repositories', repository.id, 'pushes', push.pushId),
    ...(withRefs ? { refUpdates: push.refUpdates.map((update) => ({ repositoryId: repository.id, ...update })) } : {}),
  };
}

function showReviewer(context, repository, request, { identity: key, ...reviewer }) {
  const shown = identity(context, key, reviewer);
  return { reviewerUrl: url(context, 'git', 'repositories', repository.id, 'pullRequests', request.pullRequestId, 'reviewers', shown.id), ...shown };
}

function showPullRequest(context, found, request, single) {
  const { threads, reviewers, createdBy, ...plain } = request;
  const self = url(context, 'git', 'repositories', found.repository.id, 'pullRequests', request.pullRequestId);
  const shown = {
    repository: showRepository(context, found), codeReviewId: request.pullRequestId, ...plain,
    createdBy: identity(context, createdBy), mergeStatus: request.mergeStatus ?? 'succeeded', url: self,
  };
  if (reviewers && (single || !product.old)) {
    shown.reviewers = reviewers.map((reviewer) => showReviewer(context, found.repository, request, reviewer));
  }
  if (!product.old) shown._links = { self: { href: self } };
  return shown;
}

const showTeam = (context, project, team) => ({
  id: team.id, name: team.name, url: url(context, 'projects', project.id, 'teams', team.id), description: team.description,
  identityUrl: url(context, 'Identities', team.id),
});

function showComment(context, comment, oldForm) {
  const { parentId, author, ...plain } = comment;
  const parent = parentId === undefined ? {} : { [oldForm ? 'parentId' : 'parentCommentId']: parentId };
  return { ...parent, ...plain, author: identity(context, author) };
}

function threadPosition(properties) {
  const value = (name) => properties?.[`Microsoft.TeamFoundation.Discussion.${name}`]?.$value;
  if (value('ItemPath') === undefined) return null;
  const side = value('Position.PositionContext') === 'LeftBuffer' ? 'left' : 'right';
  const position = { filePath: value('ItemPath') };
  if (value('Position.StartLine') !== undefined) position[`${side}FileStart`] = { line: value('Position.StartLine'), offset: 1 };
  if (value('Position.EndLine') !== undefined) position[`${side}FileEnd`] = { line: value('Position.EndLine'), offset: 1 };
  return position;
}

function showThread(context, project, request, thread, oldForm) {
  const { comments, ...plain } = thread;
  const dates = comments.map((comment) => comment.publishedDate).sort();
  const shown = {
    publishedDate: dates[0], lastUpdatedDate: comments.map((comment) => comment.lastUpdatedDate).sort().at(-1),
    ...plain, comments: comments.map((comment) => showComment(context, comment, oldForm)),
  };
  if (oldForm) return { artifactUri: artifactUri(project, request), workItemId: 0, ...shown };
  return { ...shown, threadContext: threadPosition(thread.properties), pullRequestThreadContext: null };
}

const artifactUri = (project, request) => `vstfs:///CodeReview/CodeReviewId/${project.id}%2F${request.pullRequestId}`;

/* ---------- filters and pages ---------- */

/** A date as the API takes it; without a zone it is UTC. NaN when it is none. */
function parseDate(text) {
  const plain = text.trim().replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(plain) ? plain : `${plain}${plain.includes('T') ? '' : 'T00:00:00'}Z`);
}

function dateParameter(context, ...names) {
  const text = names.map((name) => context.query.get(name)).find((value) => value !== null);
  return text === undefined ? null : parseDate(text);
}

function list(context, items, limit = 100) {
  const skip = Number(context.query.get('$skip') ?? context.query.get('searchCriteria.$skip') ?? 0);
  const top = Number(context.query.get('$top') ?? context.query.get('searchCriteria.$top') ?? limit);
  const value = items.slice(skip, skip + Math.min(top, 1000));
  return reply(200, { count: value.length, value });
}

const whole = (items) => reply(200, { count: items.length, value: items });

/* ---------- the resources ---------- */

const listRepositories = (context) => whole(allRepositories(context).map((found) => showRepository(context, found)));

/** Wraps a handler of one repository. */
const ofRepository = (handler) => (context) => {
  const found = findRepository(context, context.parameters.repository);
  return found ? handler(context, found) : noRepository(context.parameters.repository);
};

function listPushes(context, found) {
  const from = dateParameter(context, 'fromDate', 'searchCriteria.fromDate');
  const to = dateParameter(context, 'toDate', 'searchCriteria.toDate');
  if (Number.isNaN(from) || Number.isNaN(to)) return failure(400, 'InvalidArgumentValueException', 'The date is not valid.');
  const wanted = context.query.get('includeRefUpdates') ?? context.query.get('searchCriteria.includeRefUpdates') ?? '';
  const withRefs = !product.old && same(wanted, 'true');
  const pushes = [...(found.repository.pushes ?? [])].sort((left, right) => right.pushId - left.pushId)
    .filter(({ date }) => (from === null || Date.parse(date) >= from) && (to === null || Date.parse(date) <= to));
  return list(context, pushes.map((push) => showPush(context, found, push, withRefs)));
}

function onePush(context, found) {
  const push = (found.repository.pushes ?? []).find(({ pushId }) => same(pushId, context.parameters.push));
  if (!push) return failure(404, 'GitPushNotFoundException', `TF401035: The push ${context.parameters.push} does not exist.`);
  const commits = (push.refUpdates ?? []).filter(({ newObjectId }) => newObjectId !== NULL_ID)
    .map(({ newObjectId }) => ({ commitId: newObjectId, url: url(context, 'git', 'repositories', found.repository.id, 'commits', newObjectId) }));
  return reply(200, { ...showPush(context, found, push, !product.old), commits, repository: showRepository(context, found) });
}

function pullRequestsOf(context, repositories) {
  const parameter = (name) => context.query.get(name) ?? context.query.get(`searchCriteria.${name}`);
  const status = parameter('status') ?? 'active';
  const wanted = (request) => (same(status, 'all') || same(status, request.status))
    && ['sourceRefName', 'targetRefName'].every((name) => parameter(name) === null || parameter(name) === request[name]);
  return repositories
    .flatMap((found) => (found.repository.pullRequests ?? []).filter(wanted).map((request) => [found, request]))
    .sort((left, right) => right[1].pullRequestId - left[1].pullRequestId)
    .map(([found, request]) => showPullRequest(context, found, request, false));
}

function listPullRequests(context, repositories) {
  const status = context.query.get('status') ?? context.query.get('searchCriteria.status');
  if (product.old && status && same(status, 'all')) {
    return failure(400, 'InvalidArgumentValueException', 'The value All is not valid for status.');
  }
  const found = pullRequestsOf(context, repositories);
  const skip = Number(context.query.get('$skip') ?? 0);
  if (dataset.errorOnEmpty && found.length <= skip) {
    return failure(404, 'GitPullRequestNotFoundException', 'TF401180: The requested pull request was not found.');
  }
  return list(context, found);
}

function findPullRequest(repositories, id) {
  for (const found of repositories) {
    const request = (found.repository.pullRequests ?? []).find(({ pullRequestId }) => same(pullRequestId, id));
    if (request) return { found, request };
  }
  return null;
}

function onePullRequest(context, repositories, show) {
  const match = findPullRequest(repositories, context.parameters.request);
  if (!match) return failure(404, 'GitPullRequestNotFoundException', 'TF401180: The requested pull request was not found.');
  return show(match.found, match.request);
}

const showOnePullRequest = (context, repositories) =>
  onePullRequest(context, repositories, (found, request) => reply(200, showPullRequest(context, found, request, true)));

const pullRequestThreads = (context, repositories) => onePullRequest(context, repositories, (found, request) =>
  whole((request.threads ?? []).map((thread) => showThread(context, found.project, request, thread, false))));

function discussionThreads(context) {
  const wanted = context.query.get('artifactUri');
  for (const { project, repository } of allRepositories(context)) {
    const request = (repository.pullRequests ?? []).find((candidate) => same(artifactUri(project, candidate), wanted ?? ''));
    if (request) return whole((request.threads ?? []).map((thread) => showThread(context, project, request, thread, true)));
  }
  return whole([]);
}

const listProjects = (context) => list(context, context.collection.projects.map((project) => showProjectReference(context, project)));

/** Wraps a handler of the project in the path behind the area. */
const ofProject = (handler) => (context) => {
  const project = byNameOrId(context.collection.projects, context.parameters.project);
  return project ? handler(context, project) : noProject(context.parameters.project);
};

const showProject = (context, project) => {
  const team = project.teams?.[0];
  return reply(200, {
    ...showProjectReference(context, project),
    ...(team ? { defaultTeam: { id: team.id, name: team.name, url: url(context, 'projects', project.id, 'teams', team.id) } } : {}),
  });
};

const listTeams = (context, project) => list(context, (project.teams ?? []).map((team) => showTeam(context, project, team)));

const ofTeam = (handler) => ofProject((context, project) => {
  const team = byNameOrId(project.teams, context.parameters.team);
  return team ? handler(context, project, team) : noTeam(context.parameters.team);
});

function teamMembers(context, project, team) {
  const members = team.members.map((key) => identity(context, key));
  return list(context, context.version >= 4 ? members.map((member) => ({ isTeamAdmin: false, identity: member })) : members);
}

function listIterations(context) {
  if (!context.project) return noController(context);
  const team = context.team === undefined ? context.project.teams?.[0] : byNameOrId(context.project.teams, context.team);
  if (!team) return noTeam(context.team);
  const iterations = (team.iterations ?? []).map((id) => context.project.iterations.find((iteration) => iteration.id === id));
  return whole(iterations.map((iteration) => ({
    ...iteration, url: url(context, 'work', 'teamsettings', 'iterations', iteration.id),
  })));
}

/* ---------- work items ---------- */

const IDENTITY_FIELDS = ['System.CreatedBy', 'System.AssignedTo', 'System.ChangedBy', 'System.AuthorizedAs'];

function showField(context, name, value) {
  const match = IDENTITY_FIELDS.includes(name) && context.version >= 5 ? /^(.*?)(?: <(.*)>)?$/.exec(value) : null;
  if (!match) return value;
  const known = Object.values(identities).find(({ uniqueName }) => uniqueName === match[2]);
  return known ? identity(context, known) : { displayName: match[1], uniqueName: match[2] ?? match[1] };
}

function showRevision(context, item, revision) {
  const wanted = (context.query.get('fields') ?? '').split(',').filter(Boolean).map((name) => name.toLowerCase());
  const fields = Object.entries(revision.fields)
    .filter(([name]) => wanted.length === 0 || wanted.includes(name.toLowerCase()))
    .map(([name, value]) => [name, showField(context, name, value)]);
  return { id: item.id, rev: revision.rev, fields: Object.fromEntries(fields) };
}

/** All revisions in the scope of the request, oldest change first: [{ item, revision, at }]. */
function revisionsInScope(context) {
  const projects = context.project ? [context.project] : context.collection.projects;
  return projects.flatMap((project) => project.workItems ?? []).flatMap((item) => item.revisions.map((revision) => (
    { item, revision, at: Date.parse(revision.fields['System.ChangedDate']) }
  ))).sort((left, right) => left.at - right.at || left.item.id - right.item.id || left.revision.rev - right.revision.rev);
}

/** A POST asks for the report with fields, types and flags as JSON in the body. */
function takeBody(context) {
  if (context.method !== 'POST' || context.body.length === 0) return;
  for (const [name, value] of Object.entries(JSON.parse(context.body.toString('utf8')))) {
    context.query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
}

function reportRevisions(context) {
  takeBody(context);
  const since = dateParameter(context, 'startDateTime');
  if (Number.isNaN(since)) return failure(400, 'VssPropertyValidationException', 'The startDateTime is not valid.');
  const all = revisionsInScope(context);
  const token = context.query.get('continuationToken');
  const withDeleted = same(context.query.get('includeDeleted') ?? '', 'true');
  const types = (context.query.get('types') ?? '').split(',').filter(Boolean);
  const size = Math.min(Number(context.query.get('$maxPageSize') ?? Infinity), dataset.reportPageSize ?? 200);
  const values = [];
  let position = token === null ? 0 : Number(token.split(';')[0]);
  const wanted = ({ item, revision, at }) => (withDeleted || !item.deleted) && (token !== null || since === null || at >= since)
    && (types.length === 0 || types.some((type) => same(type, revision.fields['System.WorkItemType'])));
  for (; position < all.length && values.length < size; position++) {
    if (wanted(all[position])) values.push(showRevision(context, all[position].item, all[position].revision));
  }
  const remaining = all.slice(position).some((entry) => withDeleted || !entry.item.deleted);
  const continuation = `${position};${all[position - 1]?.item.id ?? 0};${all[position - 1]?.revision.rev ?? 0}`;
  const next = new URLSearchParams();
  for (const [name, value] of context.query) if (!next.has(name) && name !== 'startDateTime') next.set(name, value);
  next.set('continuationToken', continuation);
  return reply(200, {
    values, nextLink: `${context.base}${context.path}?${next}`,
    continuationToken: continuation, isLastBatch: !remaining,
  });
}

function listWorkItems(context) {
  const ids = (context.query.get('ids') ?? '').split(',').filter(Boolean).map(Number);
  const asOf = dateParameter(context, 'asOf');
  const projects = context.project ? [context.project] : context.collection.projects;
  const items = projects.flatMap((project) => project.workItems ?? []).filter((item) => ids.includes(item.id) && !item.deleted);
  const revisions = items.map((item) => [item, item.revisions
    .filter(({ fields }) => asOf === null || Date.parse(fields['System.ChangedDate']) <= asOf).at(-1)]);
  return whole(revisions.filter(([, revision]) => revision).map(([item, revision]) => showRevision(context, item, revision)));
}

function listRevisions(context) {
  const item = context.collection.projects.flatMap((project) => project.workItems ?? [])
    .find(({ id }) => same(id, context.parameters.item));
  if (!item || item.deleted) {
    return failure(404, 'WorkItemUnauthorizedAccessException',
      `TF401232: Work item ${context.parameters.item} does not exist, or you do not have permissions to read it.`);
  }
  return list(context, item.revisions.map((revision) => showRevision(context, item, revision)), 200);
}

const tfvcBranches = (context) => whole((context.project ? [context.project] : context.collection.projects)
  .flatMap((project) => project.tfvcBranches ?? []).map((branch) => ({ ...branch, owner: identity(context, branch.owner) })));

/* ---------- routes ---------- */

const ROUTES = [
  ['git/repositories', listRepositories],
  ['git/repositories/:repository', ofRepository((context, found) => reply(200, showRepository(context, found)))],
  ['git/repositories/:repository/pushes', ofRepository(listPushes)],
  ['git/repositories/:repository/pushes/:push', ofRepository(onePush)],
  ['git/repositories/:repository/pullrequests', ofRepository((context, found) => listPullRequests(context, [found]))],
  ['git/repositories/:repository/pullrequests/:request', ofRepository((context, found) => showOnePullRequest(context, [found]))],
  ['git/repositories/:repository/pullrequests/:request/threads', ofRepository((context, found) => pullRequestThreads(context, [found]))],
  ['git/pullrequests', (context) => listPullRequests(context, allRepositories(context))],
  ['git/pullrequests/:request', (context) => showOnePullRequest(context, allRepositories(context))],
  ['discussion/threads', discussionThreads, 'preview'],
  ['projects', listProjects],
  ['projects/:project', ofProject(showProject)],
  ['projects/:project/teams', ofProject(listTeams)],
  ['projects/:project/teams/:team', ofTeam((context, project, team) => reply(200, showTeam(context, project, team)))],
  ['projects/:project/teams/:team/members', ofTeam(teamMembers)],
  ['work/teamsettings/iterations', listIterations],
  ['wit/reporting/workitemrevisions', reportRevisions],
  ['wit/workitems', listWorkItems],
  ['wit/workitems/:item/revisions', listRevisions],
  ['tfvc/branches', tfvcBranches],
].map(([pattern, handler, preview]) => ({ parts: pattern.split('/'), handler, preview: preview === 'preview' }));

function matchRoute(parts) {
  for (const route of ROUTES) {
    const fits = route.parts.length === parts.length
      && route.parts.every((part, i) => part.startsWith(':') || same(part, parts[i]));
    if (!fits) continue;
    const parameters = {};
    route.parts.forEach((part, i) => { if (part.startsWith(':')) parameters[part.slice(1)] = parts[i]; });
    return { ...route, parameters };
  }
  return null;
}

/** The project behind the area (TFS 2013 and 2015): git/PROJECT/repositories -> git/repositories. */
function liftProject(context) {
  const [area, key, ...rest] = context.parts;
  if (!product.areaFirst || context.project || !['git', 'discussion', 'tfvc'].includes(area?.toLowerCase())) return;
  const project = key === undefined || matchRoute(context.parts) ? null : byNameOrId(context.collection.projects, key);
  if (!project) return;
  context.project = project;
  context.parts = [area, ...rest];
}

function checkVersion(context, route) {
  const header = /api-version=([^;\s]+)/.exec(context.headers.accept ?? '');
  const text = context.query.get('api-version') ?? header?.[1] ?? null;
  if (text === null) return null;
  const number = Number.parseFloat(text);
  if (Number.isNaN(number)) return failure(400, 'VssInvalidApiVersionException', `The api-version ${text} is not valid.`);
  context.version = number;
  const preview = text.includes('-preview');
  if (number > maximumVersion && !(preview && route.preview)) {
    return failure(400, 'VssVersionOutOfRangeException',
      `The requested REST API version of ${text} is out of range for this server. The latest REST API version this server supports is ${maximumVersion.toFixed(1)}.`);
  }
  if (route.preview && !preview) {
    return failure(400, 'VssInvalidPreviewVersionException',
      `The requested version "${text}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${text}-preview"`);
  }
  return null;
}

/** OPTIONS of a resource: where it is and which versions it has. */
function options(context) {
  return whole([{
    id: '9946fd70-0d40-406e-b686-b4744cbbcc37', area: context.parts[0], resourceName: context.parts.at(-1),
    routeTemplate: `{project}/_apis/{area}/${context.parts.slice(1).join('/')}`, resourceVersion: 1, minVersion: '1.0',
    maxVersion: maximumVersion.toFixed(1), releasedVersion: product.old ? '0.0' : maximumVersion.toFixed(1),
  }]);
}

function answerApi(context) {
  liftProject(context);
  if (context.missing) return noProject(context.missing);
  const route = matchRoute(context.parts);
  if (!route) return noController(context);
  if (context.method === 'OPTIONS') return options(context);
  const refused = checkVersion(context, route);
  return refused ?? route.handler({ ...context, parameters: route.parameters, version: context.version ?? maximumVersion });
}

/** What stands between the collection and _apis: nothing, PROJECT or PROJECT/TEAM. */
function findScope(context, before) {
  if (before.length === 0) return;
  context.project = byNameOrId(context.collection.projects, before[0]);
  if (!context.project) context.missing = before[0];
  if (before.length > 1) [, context.team] = before;
}

/* ---------- Git ---------- */

const git = new GitRepositories(path.dirname(path.resolve(args.data)));
const gitNames = new Map();
for (const collection of collections) {
  for (const project of collection.projects) {
    for (const repository of project.repositories ?? []) {
      const name = [...collection.parts, project.name, '_git', repository.name].join('/').toLowerCase();
      git.add(name, repository.fastImport ?? null, (repository.defaultBranch ?? 'refs/heads/master').replace('refs/heads/', ''));
      gitNames.set(name, name);
      if (repository.name === project.name) gitNames.set([...collection.parts, '_git', repository.name].join('/').toLowerCase(), name);
    }
  }
}

function answerGit(req) {
  const { response, user } = authenticate(req, true);
  if (response) return response;
  const match = git.match(req.path);
  const name = match ? gitNames.get(match.name.toLowerCase()) : undefined;
  return name ? git.serve(req, name, match.rest, user) : noRepository(req.path);
}

/* ---------- requests ---------- */

const isGit = (req) => req.segments.some((segment) => same(segment, '_git'));

serve(async (req) => {
  if (isGit(req)) return answerGit(req);
  const { response } = authenticate(req, false);
  if (response) return response;
  const collection = findCollection(req.segments);
  if (!collection) return failure(404, 'HostNotFoundException', `The collection of ${req.path} does not exist.`);
  const at = req.segments.findIndex((segment, i) => i >= collection.parts.length && same(segment, '_apis'));
  if (at < 0) return noController(req);
  const context = { ...req, collection, parts: req.segments.slice(at + 1) };
  const before = req.segments.slice(collection.parts.length, at);
  if (before.length > 0 && !product.projectFirst && !same(req.segments[at + 1] ?? '', 'work')) return noController(req);
  findScope(context, before);
  return answerApi(context);
}, {
  exempt: isGit,
  rateLimited: (req, rate) => reply(429, failure(429, 'RequestBlockedException',
    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.").body,
  { 'Retry-After': String(rate.retryAfter) }),
  rateHeaders: (rate) => ({
    'X-RateLimit-Resource': 'core', 'X-RateLimit-Limit': String(rate.limit),
    'X-RateLimit-Remaining': String(rate.remaining), 'X-RateLimit-Reset': String(rate.reset),
  }),
});
