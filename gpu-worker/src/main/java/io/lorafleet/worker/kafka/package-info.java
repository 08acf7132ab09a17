/** Where requests come from and replies go to. */
package io.lorafleet.worker.kafka;
