// Draws an API's document. Nothing here may speak to another host: no fonts, no proxy, no telemetry, no assistants.
(() => {
  const place = document.getElementById("reference");
  Scalar.createApiReference(place, {
    url: place.dataset.document,
    theme: "none",
    layout: "modern",
    hideDarkModeToggle: true,
    hideClientButton: true,
    showDeveloperTools: "never",
    withDefaultFonts: false,
    telemetry: false,
    proxyUrl: "",
    persistAuth: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    authentication: { preferredSecurityScheme: "TillKeyAuth" },
    documentDownloadType: "none",
    operationTitleSource: "summary",
  });
})();
