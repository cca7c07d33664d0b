import { open } from 'node:fs/promises';
import { DETECTION_BYTES, detectContainer } from './containers/detect-container.js';

/** Whether the file's content is audio that is decoded without the help of ffmpeg. False for what cannot be read. */
export async function isRecording(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(DETECTION_BYTES), 0, DETECTION_BYTES, 0);
    return detectContainer(buffer.subarray(0, bytesRead)) !== 'other';
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
