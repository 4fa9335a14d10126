// Positions of a site's clues on an empty ground with a scale: no tiles, nothing is fetched.
const place = document.getElementById("site-map");
const source = document.getElementById("site-points");

if (place && source && window.L) {
  const points = JSON.parse(source.textContent);
  const map = window.L.map(place, { attributionControl: false, scrollWheelZoom: false, zoomControl: true, maxZoom: 20 });
  const marks = points.map((point) => {
    if (point.accuracy) {
      window.L.circle([point.lat, point.lng], { radius: point.accuracy, weight: 1, fillOpacity: 0.08 }).addTo(map);
    }
    return window.L.circleMarker([point.lat, point.lng], { radius: 6, weight: 2, fillOpacity: 0.9 })
      .bindTooltip(point.label)
      .addTo(map);
  });
  map.fitBounds(window.L.featureGroup(marks).getBounds().pad(0.6), { maxZoom: 18 });
  window.L.control.scale({ imperial: false }).addTo(map);
}
