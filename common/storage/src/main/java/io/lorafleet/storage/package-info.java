/** The blob store: a port, and its implementations. */
package io.lorafleet.storage;
