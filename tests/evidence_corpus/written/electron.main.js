const { app, BrowserWindow } = require("electron");
const path = require("path");

app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1200, height: 800 });
  window.loadURL(`file://${path.join(__dirname, "build", "index.html")}`);
});
