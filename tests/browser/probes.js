/**
 * Measures what a person would see and hear: installed in the room page by `chromium.Probes`.
 *
 * `startProbes({mouth: [left, top, width, height]})` (shares of the picture) collects, until `stopProbes()` returns it:
 * `frames`: [at, presented, difference, mouthDifference, rtpTimestamp] for each frame shown;
 * `sound`:  [at, rms] about every 20 ms of the replica's sound, before the loudspeaker.
 * `at` is in milliseconds of performance.now(); differences are mean absolute ones of 8-bit grey against the frame
 * before, 0..255; rms has full scale 1.
 */
(() => {
  const GRID = 96;
  let running = null;

  function reader(width, height) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let before = null;
    return (video, left, top, shareX, shareY) => {
      const { videoWidth: w, videoHeight: h } = video;
      context.drawImage(video, left * w, top * h, shareX * w, shareY * h, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const grey = new Float32Array(width * height);
      let sum = 0;
      for (let i = 0; i < grey.length; i += 1) {
        grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
        if (before) sum += Math.abs(grey[i] - before[i]);
      }
      const difference = before ? sum / grey.length : 0;
      before = grey;
      return difference;
    };
  }

  window.startProbes = ({ mouth }) => {
    const video = document.querySelector("#replica");
    const probe = { frames: [], sound: [], stop: () => {} };
    const whole = reader(GRID, GRID);
    const part = reader(GRID, GRID);
    let stopped = false;
    const look = (now, { presentedFrames, rtpTimestamp }) => {
      if (stopped) return;
      const difference = whole(video, 0, 0, 1, 1);
      const mouthDifference = mouth ? part(video, ...mouth) : 0;
      probe.frames.push([now, presentedFrames, difference, mouthDifference, rtpTimestamp ?? 0]);
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);

    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: video.srcObject });
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      probe.sound.push([performance.now(), Math.sqrt(power)]);
    }, 20);
    probe.stop = () => {
      stopped = true;
      clearInterval(timer);
      source.disconnect();
      context.close();
    };
    running = probe;
    return context.resume();
  };

  window.readProbes = () => ({ frames: running.frames, sound: running.sound });
  window.stopProbes = () => {
    running.stop();
    return window.readProbes();
  };
})();
