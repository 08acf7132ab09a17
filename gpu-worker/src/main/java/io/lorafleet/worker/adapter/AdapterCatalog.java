// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Every version in the registry: its description alone, so that thousands cost next to nothing. */
@ApplicationScoped
public class AdapterCatalog {
    private final Map<PinnedAdapter, AdapterVersion> versions = new ConcurrentHashMap<>();
    private volatile Consumer<AdapterVersion> onPublished = version -> {};

    /** @param isNew whether it was published while this worker runs */
    public void apply(AdapterVersion version, boolean isNew) {
        versions.put(version.pinned(), version);
        if (isNew && version.retiredAt() == null) {
            onPublished.accept(version);
        }
    }

    /** @param follower told of every version that is published from now on; must be quick */
    public void onPublished(Consumer<AdapterVersion> follower) {
        onPublished = follower;
    }

    /** @return nothing if the registry has not told of it, or not yet */
    Optional<AdapterVersion> find(PinnedAdapter adapter) {
        return Optional.ofNullable(versions.get(adapter));
    }

    public int size() {
        return versions.size();
    }
}
