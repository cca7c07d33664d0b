import type { DownloadProgress } from '@auscult/asr';
import type { Log } from './log.js';

/** Logs the download of a model: every tenth of it, and what holds it up. */
export function downloadLog(log: Log): (progress: DownloadProgress) => void {
  let tenths = -1;
  return (progress) => {
    const { model } = progress;
    switch (progress.kind) {
      case 'waiting':
        return log.info('another process fetches the model', { model });
      case 'retrying':
        return log.warn('fetching the model was interrupted', {
          model,
          code: progress.code,
          seconds: progress.inSeconds,
        });
      case 'received': {
        const reached = Math.floor((10 * progress.receivedBytes) / progress.totalBytes);
        if (reached > tenths) log.info('fetching the model', { model, percent: reached * 10 });
        tenths = Math.max(tenths, reached);
      }
    }
  };
}
