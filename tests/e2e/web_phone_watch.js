// Before any script of the page: keeps its connections and WebSockets, and measures the sound that comes in.
(() => {
  if (!navigator.mediaDevices) return; // about:blank
  const connections = [];
  const sockets = [];
  let blocked = false;
  class Watched extends RTCPeerConnection {
    constructor(...parts) {
      super(...parts);
      connections.push(this);
    }
  }
  window.RTCPeerConnection = Watched;
  class WatchedSocket extends WebSocket {
    constructor(url, ...parts) {
      super(blocked ? url.replace("/phone?", "/nothing?") : url, ...parts);
      sockets.push(this);
    }
  }
  window.WebSocket = WatchedSocket;

  // a steady tone is noise to the browser's own processing
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let unplugged = false;
  navigator.mediaDevices.getUserMedia = async ({ audio }) => {
    if (unplugged) throw new DOMException("Requested device not found", "NotFoundError");
    return open({
      audio: {
        ...audio,
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
      },
    });
  };

  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () => (unplugged ? [] : list());

  const played = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (!played.includes(this)) played.push(this);
    return play.call(this);
  };

  let context = null;
  let listened = null;
  let analyser = null;

  const level = (hertz) => {
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    return bins[Math.round((hertz * analyser.fftSize) / context.sampleRate)];
  };

  window.watched = {
    connections,
    sockets,
    hears(hertz) {
      const connection = connections.at(-1);
      const track = connection?.getReceivers()[0]?.track;
      if (!track || track.readyState !== "live") return false;
      if (listened !== track) {
        context ??= new AudioContext();
        analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        analyser.smoothingTimeConstant = 0;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        listened = track;
        return false;
      }
      return level(hertz) > -60 && level(hertz) > level(hertz * 1.3) + 15 && level(hertz) > level(hertz * 0.75) + 15;
    },
    /** How many sounds of the page's own go on and on now: what rings. */
    rings: () => played.filter((one) => one.loop && !one.paused).length,
    isMuted() {
      const sent = connections.at(-1)?.getSenders()[0]?.track;
      return sent?.readyState === "live" && !sent.enabled;
    },
    unplug(gone) {
      unplugged = gone;
      if (gone) for (const one of connections.flatMap((each) => each.getSenders())) one.track?.stop();
      navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    },
    /** Everything stops at once, and nothing of it is told. */
    crash() {
      window.RTCPeerConnection = window.WebSocket = class {};
      for (const connection of connections) connection.close();
      for (const socket of sockets) socket.close();
    },
    /** No connection of the phone's comes about any more, or again. */
    block(on) {
      blocked = on;
    },
    cut() {
      for (const socket of sockets) if (socket.url.includes("/phone?")) socket.close();
    },
  };
})();
