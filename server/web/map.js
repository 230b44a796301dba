// What goes into the bundle of the map: MapLibre with its styles, and the page. Its worker is a file of its own, so that the content policy
// needs no scripts from memory.
import "maplibre-gl/dist/maplibre-gl.css";
import "../wangge_server/maps/map_page.css";

import * as maplibre from "maplibre-gl";

import { showMap } from "../wangge_server/maps/map_page.js";

maplibre.setWorkerUrl("/map/assets/map_worker.js");
showMap(maplibre);
