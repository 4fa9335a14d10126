// Institutions by how long no patrol has seen them, on an empty ground with a scale: no tiles, nothing is fetched.
const place = document.getElementById("unseen-map");
const source = document.getElementById("unseen-points");
const COLOURS = { NEVER: "#b3261e", LONG: "#c2620a", QUARTER: "#8a7a12", RECENT: "#2f7d4f" };
const SIZES = { NEVER: 8, LONG: 7, QUARTER: 6, RECENT: 5 };

if (place && source && window.L) {
  const points = JSON.parse(source.textContent);
  const map = window.L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomControl: true, maxZoom: 19, zoomSnap: 0.25, preferCanvas: true });
  const marks = points.map((point) =>
    window.L.circleMarker([point.lat, point.lng], {
      radius: SIZES[point.band], weight: 1, color: "#fff", fillColor: COLOURS[point.band], fillOpacity: 0.9,
    }).bindTooltip(point.label).bindPopup(() => {
      const link = document.createElement("a");
      link.href = place.dataset.file.replace(place.dataset.mark, point.uid);
      link.textContent = point.label;
      return link;
    }).addTo(map));
  map.fitBounds(window.L.featureGroup(marks).getBounds().pad(0.08), { maxZoom: 15 });
  window.L.control.scale({ imperial: false }).addTo(map);
}
