// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The slots that cannot join the share group, because it is full. Thread-safe. */
final class RefusedSlots {
    /** The broker setting that limits the number of members. */
    static final String SETTING = "group.share.max.size";

    private static final Logger LOG = Logger.getLogger(RefusedSlots.class);

    private final Set<RequestSlot> slots = ConcurrentHashMap.newKeySet();

    void add(RequestSlot slot) {
        boolean first = slots.isEmpty();
        if (slots.add(slot) && first) {
            LOG.errorf(
                    "A slot cannot join the share group, because the group is full: increase the broker setting %s"
                            + " (at most 1000), or decrease lorafleet.worker.slots; retrying",
                    SETTING);
        }
    }

    void remove(RequestSlot slot) {
        if (slots.remove(slot) && slots.isEmpty()) {
            LOG.info("All slots have joined the share group");
        }
    }

    boolean contains(RequestSlot slot) {
        return slots.contains(slot);
    }

    int count() {
        return slots.size();
    }
}
