// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The blobs that are needed by unfinished requests and by the registry's versions. */
public final class BlobsInUse {
    private final BlobStore blobs;
    private final AdapterRegistry registry = new AdapterRegistry();
    private final Set<String> requests = new HashSet<>();
    private final Set<String> initImages = new HashSet<>();
    private final Set<String> pinned = new HashSet<>();
    private boolean understandsAllRequests = true;

    public BlobsInUse(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** Adds a record of a request topic. */
    public void request(ConsumerRecord<String, byte[]> record) throws IOException {
        String id = record.key();
        if (id == null || blobs.storedAt(BlobKeys.manifest(id)).isPresent()) {
            return;
        }
        requests.add(id);
        try {
            GenerateImage request = Json.read(record.value(), GenerateImage.class);
            if (request.initImage() != null) {
                initImages.add(request.initImage().sha256());
                if (request.initImage().mask() != null) {
                    initImages.add(request.initImage().mask().sha256());
                }
            }
            for (AppliedControlNet control : request.appliedControls()) {
                initImages.add(control.image());
            }
            for (AppliedAdapter applied : request.adapters()) {
                pinned.add(applied.adapter().sha256());
            }
            if (request.shadow() != null) {
                pinned.add(request.shadow().student().adapter().sha256());
            }
        } catch (InvalidMessageException e) {
            understandsAllRequests = false;
        }
    }

    /** Adds a record of the topic {@code adapters}. */
    public void adapter(ConsumerRecord<String, byte[]> record) {
        registry.apply(AdapterEvent.read(record));
    }

    boolean hasRequest(String id) {
        return requests.contains(id);
    }

    /** @return whether a request needs the file as init image, mask or condition image, or might need it */
    boolean needsInitImage(String sha256) {
        return !understandsAllRequests || initImages.contains(sha256);
    }

    /**
     * @return for each adapter file whose versions are all retired, and which no request needs, the time at which the
     * last version was retired
     */
    Map<String, Instant> retired() {
        Map<String, Instant> retired = new HashMap<>();
        Set<String> used = new HashSet<>(pinned);
        for (Adapter adapter : registry.all()) {
            for (AdapterVersion version : adapter.versions()) {
                if (version.retiredAt() == null) {
                    used.add(version.sha256());
                } else {
                    retired.merge(version.sha256(), version.retiredAt(), (a, b) -> a.isAfter(b) ? a : b);
                }
            }
        }
        retired.keySet().removeAll(used);
        return understandsAllRequests ? retired : Map.of();
    }
}
