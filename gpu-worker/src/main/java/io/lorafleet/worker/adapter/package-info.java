/** Adapters in this worker's memory: fetched, verified, kept while they are used and as long as there is room. */
package io.lorafleet.worker.adapter;
