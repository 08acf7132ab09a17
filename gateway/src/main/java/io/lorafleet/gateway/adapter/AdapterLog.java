package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.AdapterVersion;

/** Where new adapter versions are written for the whole fleet to read. */
public interface AdapterLog {

    /**
     * Returns when the version is durable.
     *
     * @throws NotPublishedException if that cannot be said
     */
    void write(AdapterVersion version);
}
