// SPDX-License-Identifier: Apache-2.0
/**
 * The history of a chaos run: what was observed of its clients, topics, workers, blob store and injected faults. A run
 * writes {@code run.json} and one JSONL file for each source into a folder, and {@code fleet check} reads the folder.
 */
@NullMarked
package io.lorafleet.standalone.history;

import org.jspecify.annotations.NullMarked;
