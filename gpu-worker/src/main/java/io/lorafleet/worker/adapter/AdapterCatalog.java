// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Consumer;

/** The worker's view of the registry: describes the versions, and announces each new one. */
@ApplicationScoped
public class AdapterCatalog {
    private final AdapterRegistry registry = new AdapterRegistry();
    private volatile Consumer<AdapterVersion> onPublished = version -> {};

    /**
     * Applies a record of the {@code adapters} topic.
     *
     * @param isNew whether the record was written after this worker started
     */
    public void apply(AdapterEvent event, boolean isNew) {
        registry.apply(event);
        if (isNew
                && event instanceof AdapterEvent.Version written
                && written.version().retiredAt() == null) {
            onPublished.accept(written.version());
        }
    }

    /** @param follower called for each version published from now on; must not block */
    public void onPublished(Consumer<AdapterVersion> follower) {
        onPublished = follower;
    }

    /** @return the version; empty if it is not in the registry or has not been read yet */
    Optional<AdapterVersion> find(PinnedAdapter adapter) {
        return registry.find(adapter);
    }

    /** @return the number of versions, including retired versions */
    public int size() {
        return registry.all().stream()
                .mapToInt(adapter -> adapter.versions().size())
                .sum();
    }
}
