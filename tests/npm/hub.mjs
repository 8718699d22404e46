// Asks the generation hub as any JavaScript program would, and prints each event as one line of JSON.
// node hub.mjs URL REQUEST [STOP_AFTER_TOKENS]
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const [, , url, request, stopAfter] = process.argv;
const connection = new HubConnectionBuilder().withUrl(url).configureLogging(LogLevel.Error).build();
await connection.start();
let tokens = 0;
await new Promise((resolve, reject) => {
  const stream = connection.stream('Generate', JSON.parse(request)).subscribe({
    next(event) {
      console.log(JSON.stringify(event));
      if (event.kind === 'token' && ++tokens === Number(stopAfter)) {
        stream.dispose();
        resolve();
      }
    },
    complete: resolve,
    error: reject,
  });
});
await connection.stop();
