import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/**
 * Commands start in half the time where what all of them import comes in a few files in place of hundreds. Other
 * libraries stay as they are installed: they read files of their own, or few commands need them.
 */
const bundled = ['fastify-type-provider-zod', 'yargs', 'zod'];

/** The program and what others may import. They share their modules, so that an error of one is known to the other. */
const input = {
  'scraper/gatherer': 'scraper/gatherer.ts',
  'scraper/commands': 'scraper/commands.ts',
  'src/index': 'src/index.ts',
  'src/source': 'src/source.ts',
};

const chunks = 'chunks';

/** What so many of the commands import comes in one file: finding and reading a file takes longer than what it has. */
const core = { name: 'core', minShareCount: 16 };

export default defineConfig({
  input,
  platform: 'node',
  tsconfig: 'tsconfig.build.json',
  external: isLeftOut,
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: `${chunks}/[name]-[hash].js`,
    sourcemap: true,
    codeSplitting: { groups: [core] },
  },
  plugins: [lateSegmenter(), licences(), onlyNewChunks()],
});

/** @throws {Error} where the program would not find it once the package is installed */
function isLeftOut(id: string, importer = ''): boolean {
  const isPackage = /^[@a-z]/.test(id) && !id.startsWith('node:');
  if (!isPackage || isInPackage(importer) || bundled.some((name) => isOf(id, name))) return false;
  if (Object.keys(manifest.dependencies).some((name) => isOf(id, name))) return true;
  throw new Error(`${importer} imports ${id}, which is none of the dependencies in package.json`);
}

function isInPackage(file: string): boolean {
  return file.includes('/node_modules/');
}

function isOf(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}/`);
}

/** Making a segmenter loads tables for 10 ms, in every command: yargs comes with three, and needs them for help alone. */
function lateSegmenter(): Plugin {
  const early = 'const segmenter = new Intl.Segmenter();';
  const late = 'const segmenter = { segment: (text) => new Intl.Segmenter().segment(text) };';
  return {
    name: 'late-segmenter',
    transform: {
      filter: { id: /[/]string-width[/]index\.js$/ },
      // The lines stay where they are.
      handler: (code) => ({ code: code.replace(early, late), map: null }),
    },
  };
}

/** Who copies a library has to pass its licence on. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
      const folders = new Set(modules.filter((file) => isInPackage(file)).map((file) => packageOf(file)));
      const source = [...folders].sort().map(licenceOf).join('\n');
      this.emitFile({ type: 'asset', fileName: 'third-party-licences.txt', source });
    },
  };
}

/** The folder of the package that a file is of. */
function packageOf(file: string): string {
  let folder = dirname(file);
  while (!/\/node_modules\/(?:@[^/]+\/)?[^/]+$/.test(folder)) folder = dirname(folder);
  return folder;
}

function licenceOf(folder: string): string {
  const name = folder.slice(folder.lastIndexOf('/node_modules/') + '/node_modules/'.length);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence that could be passed on`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

/** Those of earlier builds are removed last: a program that is at work may still import some of them until then. */
function onlyNewChunks(): Plugin {
  return {
    name: 'only-new-chunks',
    writeBundle({ dir = '' }, bundle) {
      const folder = join(dir, chunks);
      for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
        if (bundle[`${chunks}/${entry}`] === undefined) rmSync(join(folder, entry));
      }
    },
  };
}
