// What scripts add to every page. Without them each page works as it is sent.

import { addAnswering } from "./answering.js";
import { addAsking } from "./asking.js";
import { enhance } from "./enhance.js";
import { searchWhileTyping } from "./search.js";

enhance(document);
addAsking(document);
addAnswering();
searchWhileTyping();
