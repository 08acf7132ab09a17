// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The adapter versions in the registry. The catalog holds descriptions without weights, so thousands of versions need
 * little memory.
 */
@ApplicationScoped
public class AdapterCatalog {
    private final Map<PinnedAdapter, AdapterVersion> versions = new ConcurrentHashMap<>();
    private volatile Consumer<AdapterVersion> onPublished = version -> {};

    /**
     * Adds or replaces a version.
     *
     * @param isNew whether the version was published after the start of this worker
     */
    public void apply(AdapterVersion version, boolean isNew) {
        versions.put(version.pinned(), version);
        if (isNew && version.retiredAt() == null) {
            onPublished.accept(version);
        }
    }

    /** @param follower callback for each version published from now on; must not block */
    public void onPublished(Consumer<AdapterVersion> follower) {
        onPublished = follower;
    }

    /** @return the version; empty if it is not in the registry or has not been read yet */
    Optional<AdapterVersion> find(PinnedAdapter adapter) {
        return Optional.ofNullable(versions.get(adapter));
    }

    /** @return the number of versions, including retired versions */
    public int size() {
        return versions.size();
    }
}
