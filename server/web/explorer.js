// What goes into the bundle: GraphiQL with its styles, and the page that the server ships anyway.
import "graphiql/style.css";
import "../wangge_server/explorer_page.css";

import { GraphiQL } from "graphiql";
import React from "react";
import { createRoot } from "react-dom/client";

import { showExplorer } from "../wangge_server/explorer_page.js";

showExplorer({ React, createRoot, GraphiQL });
