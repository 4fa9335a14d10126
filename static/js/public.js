// Public pages.
import { setUpCommon } from "./common.js";

setUpCommon();
