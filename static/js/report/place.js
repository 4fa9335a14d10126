// Where it is: the phone's position, or a point on a map that needs no picture tiles.
const GRID = 256;

function loadOnce(form) {
  if (globalThis.L) return Promise.resolve();
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = form.dataset.leafletCss;
  document.head.append(sheet);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = form.dataset.leaflet;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

function gridLayer() {
  const Layer = L.GridLayer.extend({
    createTile() {
      const tile = document.createElement("canvas");
      tile.width = tile.height = GRID;
      const context = tile.getContext("2d");
      context.strokeStyle = "#d3dbe5";
      context.strokeRect(0.5, 0.5, GRID, GRID);
      return tile;
    },
  });
  return new Layer();
}

export function setUpPlace(form, changed) {
  const field = (name) => form.elements.namedItem(name);
  const state = form.querySelector("[data-place-state]");
  const box = form.querySelector("[data-map-box]");
  const opener = form.querySelector("[data-map-open]");
  let map = null;

  const set = (longitude, latitude, accuracy, words) => {
    field("longitude").value = longitude;
    field("latitude").value = latitude;
    field("accuracy_m").value = accuracy;
    state.textContent = words;
    changed();
  };

  async function showMap() {
    box.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    try {
      await loadOnce(form);
    } catch {
      state.textContent = "地图没有打开，请写地址。";
      box.hidden = true;
      return;
    }
    if (map) return;
    const points = JSON.parse(form.dataset.points || "[]");
    map = L.map(box.querySelector("[data-map]"), { attributionControl: false, zoomControl: true });
    (form.dataset.tiles ? L.tileLayer(form.dataset.tiles, { maxZoom: 18 }) : gridLayer()).addTo(map);
    const marks = points.map(([name, longitude, latitude]) =>
      L.circleMarker([latitude, longitude], { radius: 5, color: "#1f4e8c", weight: 2, fillOpacity: 0.5 }).bindTooltip(name).addTo(map),
    );
    const label = () => marks.forEach((mark) => (map.getZoom() >= 16 && map.getBounds().contains(mark.getLatLng()) ? mark.openTooltip() : mark.closeTooltip()));
    map.on("zoomend moveend", label);
    const own = [Number(field("latitude").value), Number(field("longitude").value)];
    if (own[0]) map.setView(own, 17);
    else if (points.length) map.fitBounds(points.map(([, longitude, latitude]) => [latitude, longitude]), { padding: [20, 20] });
    else map.setView([31.07, 109.88], 13);
    L.control.scale({ imperial: false }).addTo(map);
  }

  opener.addEventListener("click", () => {
    if (box.hidden) showMap();
    else {
      box.hidden = true;
      opener.setAttribute("aria-expanded", "false");
    }
  });
  form.querySelector("[data-map-pick]").addEventListener("click", () => {
    const { lat, lng } = map.getCenter();
    set(lng.toFixed(4), lat.toFixed(4), "", `已选定 ${lat.toFixed(4)}，${lng.toFixed(4)}`);
  });
  form.querySelector("[data-map-clear]").addEventListener("click", () => {
    set("", "", "", "没有用地图，请写地址。");
    box.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  });
  form.querySelector("[data-locate]").addEventListener("click", () => {
    if (!navigator.geolocation) {
      state.textContent = "这个浏览器没有定位，请在地图上点或写地址。";
      return;
    }
    state.textContent = "正在定位……";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        set(coords.longitude.toFixed(4), coords.latitude.toFixed(4), Math.round(coords.accuracy), `已取得位置（误差约 ${Math.max(10, Math.round(coords.accuracy))} 米）`);
        map?.setView([coords.latitude, coords.longitude], 17);
      },
      () => (state.textContent = "没有取得位置，请在地图上点或写地址。"),
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
  if (field("longitude").value) state.textContent = `已选定 ${field("latitude").value}，${field("longitude").value}`;
}
