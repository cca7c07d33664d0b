// Transcribes phone calls. Point <Stream url="wss://.../"> of Twilio at it, and a proxy with TLS in front of it:
// API_KEY=ausk_... node twilio-bridge.mjs [ws://127.0.0.1:8000] [8080]
import { WebSocket, WebSocketServer } from 'ws';

const [, , url = 'ws://127.0.0.1:8000', port = '8080'] = process.argv;
const query = new URLSearchParams({ encoding: 'mulaw', sample_rate: '8000', channels: '1' });
const headers = { authorization: `Token ${process.env.API_KEY ?? 'none'}` };

const bridge = new WebSocketServer({ port: Number(port) });
bridge.on('listening', () => console.log(`waiting for calls on port ${bridge.address().port}`));
bridge.on('connection', (call) => {
  const server = new WebSocket(`${url}/v1/listen?${query}`, { headers });
  const waiting = []; // until the server is ready
  const send = (frame) => (server.readyState === WebSocket.OPEN ? server.send(frame) : waiting.push(frame));
  const hangUp = () => send(JSON.stringify({ type: 'CloseStream' }));
  server.on('open', () => waiting.forEach((frame) => server.send(frame)));
  server.on('message', (frame) => {
    const { is_final, start, channel } = JSON.parse(frame);
    const text = is_final && channel.alternatives[0].transcript;
    if (text) console.log(`${start.toFixed(1).padStart(7)} s  ${text}`);
  });
  server.on('error', ({ message }) => console.error(message)); // such as a refusal
  server.on('close', () => call.close());
  call.on('message', (frame) => {
    const { event, media } = JSON.parse(frame);
    if (event === 'media' && media.track !== 'outbound') send(Buffer.from(media.payload, 'base64'));
    if (event === 'stop') hangUp();
  });
  call.on('close', hangUp);
});
