import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The runtime that is installed beside this package, or else the copy in it. */
export const { env, InferenceSession, Tensor } = isInstalled()
  ? require('onnxruntime-node')
  : shippedRuntime();

/** Another version may be there for another package: it packs graphs in another way. */
function isInstalled() {
  const wanted = require('./package.json').peerDependencies['onnxruntime-node'];
  try {
    return require('onnxruntime-node/package.json').version === wanted;
  } catch {
    return false;
  }
}

/** @returns {typeof import('onnxruntime-common')} */
function shippedRuntime() {
  const { platform, arch } = process;
  if (existsSync(new URL(`dist/bin/napi-v6/${platform}/${arch}`, import.meta.url)))
    return require('./dist/lib/index.js');
  const { peerDependencies } = require('./package.json');
  throw new Error(
    `There is no ONNX Runtime for ${platform} ${arch} here. Run: npm install onnxruntime-node@${peerDependencies['onnxruntime-node']}`,
  );
}
