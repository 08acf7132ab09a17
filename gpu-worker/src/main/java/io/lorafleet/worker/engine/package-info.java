/** Computes on the device, on one thread. */
package io.lorafleet.worker.engine;
