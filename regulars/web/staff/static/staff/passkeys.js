// Asks the browser for a passkey, or for a new one, and sends what it says. Without this script there are codes.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

function asked({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  for (const field of ["excludeCredentials", "allowCredentials"]) if (options[field]) options[field] = named(options[field]);
  return { publicKey: options };
}

function told(credential) {
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: {
      ...Object.fromEntries(fields.filter((field) => response[field]).map((field) => [field, text(response[field])])),
      ...(response.getTransports ? { transports: response.getTransports() } : {}),
    },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("button").addEventListener("click", async () => {
    try {
      const options = JSON.parse(document.getElementById("passkey-options").textContent);
      const credential = await navigator.credentials[form.dataset.passkey](asked(options));
      form.elements.credential.value = JSON.stringify(told(credential));
      form.submit();
    } catch {
      form.querySelector("[data-said]").hidden = false;
    }
  });
}
