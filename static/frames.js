// Each formatted message gets the height of its content. Without this script a frame has a fixed height and scrolls.
// The frame's own policy lets nothing run inside it; this page only reads how tall it is.

const TALLEST = 20000;

function fit(frame) {
  const body = frame.contentDocument?.body;
  if (!body) return;
  const measure = () => {
    const height = Math.min(TALLEST, Math.ceil(body.getBoundingClientRect().height) + 1);
    if (height < 2 || frame.style.height === `${height}px`) return;
    const talk = frame.closest(".talk");
    const atEnd = talk && talk.scrollHeight - talk.scrollTop - talk.clientHeight < 48;
    frame.style.height = `${height}px`;
    if (atEnd) talk.scrollTop = talk.scrollHeight;
  };
  measure();
  new ResizeObserver(measure).observe(body);
}

document.addEventListener("load", (event) => { if (event.target.matches?.("iframe.mail")) fit(event.target); }, true);
for (const frame of document.querySelectorAll("iframe.mail")) if (frame.contentDocument?.readyState === "complete") fit(frame);
