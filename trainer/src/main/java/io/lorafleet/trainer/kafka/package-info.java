/** The subscription to feedback, and where records go that are none. */
package io.lorafleet.trainer.kafka;
