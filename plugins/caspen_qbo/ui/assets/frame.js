/* Airflow shows this component under /plugin/quickbooks: the pages in a frame, their address kept behind the #. */
const ROOT = new URL("./", import.meta.url).pathname;

function startAddress() {
  const asked = decodeURIComponent(window.location.hash.slice(1));
  return /^w\/\d+\/[\w\-./?=&%+:~]*$/.test(asked) && !asked.includes("..") ? ROOT + asked : ROOT;
}

function remember(event) {
  const inner = event.target.contentWindow.location;
  if (inner.pathname.startsWith(ROOT)) {
    const path = inner.pathname.slice(ROOT.length) + inner.search;
    // The whole address: Airflow's page has a <base>, against which a bare "#..." would be resolved.
    const here = window.location.pathname + window.location.search;
    window.history.replaceState(window.history.state, "", here + "#" + encodeURIComponent(path));
  }
}

globalThis.QuickBooks = function QuickBooks() {
  const [address] = globalThis.React.useState(startAddress);
  return globalThis.React.createElement("iframe", {
    title: "QuickBooks",
    src: address,
    onLoad: remember,
    style: { width: "100%", height: "100%", minHeight: "calc(100vh - 2rem)", border: 0, display: "block" },
  });
};
