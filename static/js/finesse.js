// Runs in Cisco Finesse, beside the frame of the gadget (templates/gadget/finesse.xml): calls, chats and e-mails of the
// agent who is signed in there become messages to the gadget, as docs/integrating.md describes them. A classic script,
// for Finesse's own library is one.

window.caredesk = (function () {
  const TALKING = ["ACTIVE", "HELD"]; // an agent's call rings before
  const WORKING = ["ACCEPTED", "ACTIVE", "PAUSED", "WRAPPING_UP", "INTERRUPTED"]; // a chat or e-mail is offered before
  const VOICE = /voice/i;
  const going = new Map();
  let frame = null;
  let origin = "";
  let variables = {};
  let user = null;

  const send = (message) => frame.contentWindow.postMessage({ type: "caredesk:interaction", ...message }, origin);

  // Which call variable says who it is differs from one Finesse to the next: the gadget's address names them.
  function told(dialog) {
    const values = dialog.getMediaProperties() || {};
    const found = Object.entries(variables).map(([field, name]) => [field, values[name]]);
    return Object.fromEntries(found.filter(([, value]) => typeof value === "string" && value));
  }

  function watch(medium, states, facts) {
    function look(dialog) {
      const id = `finesse-${dialog.getId()}`;
      if (going.has(id) || !states.includes(dialog.getState())) return;
      going.set(id, { id, event: "started", medium, ...facts(dialog), ...told(dialog) });
      send(going.get(id));
    }
    function add(dialog) {
      dialog.addHandler("change", look);
      look(dialog);
    }
    function remove(dialog) {
      const id = `finesse-${dialog.getId()}`;
      if (going.delete(id)) send({ id, event: "ended", medium });
    }
    const load = (dialogs) => Object.values(dialogs.getCollection()).forEach(add);
    return { onLoad: load, onCollectionAdd: add, onCollectionDelete: remove };
  }

  // The other end of the line, whoever began the call.
  function caller(dialog) {
    const [from, to] = [dialog.getFromAddress(), dialog.getToAddress()];
    return { phone: String((from === user.getExtension() ? to : from) || "") };
  }

  function watchMedia(list) {
    for (const media of Object.values(list.getCollection())) {
      const name = media.getName();
      if (VOICE.test(name)) continue;
      media.getMediaDialogs(watch(/mail/i.test(name) ? "email" : "chat", WORKING, () => ({})));
    }
  }

  function watchAll() {
    user.getDialogs(watch("call", TALKING, caller));
    user.getMediaList({ onLoad: watchMedia, onError: () => {} }); // without task routing there are only calls
  }

  // The gadget has loaded, or its agent has logged in: it hears again what is going on.
  function hear(event) {
    if (event.origin === origin && event.source === frame.contentWindow && event.data?.type === "caredesk:ready") going.forEach(send);
  }

  function init(element, names) {
    const { finesse, gadgets } = window;
    frame = element;
    origin = new URL(element.src).origin;
    variables = names;
    addEventListener("message", hear);
    const config = finesse.gadget.Config;
    finesse.clientservices.ClientServices.init(config);
    user = new finesse.restservices.User({ id: config.id, onLoad: watchAll });
    gadgets?.window?.adjustHeight?.();
  }

  return { init };
})();
