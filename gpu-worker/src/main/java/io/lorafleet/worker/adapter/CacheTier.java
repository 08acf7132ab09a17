// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One memory tier of the adapter cache, keyed by {@link AdapterWeights#key}. Unused entries stay until their memory is needed; the least
 * recently used entry is evicted first. Entries in use are never evicted, so the tier may exceed its maximum size. Not
 * thread-safe.
 */
final class CacheTier<V extends AutoCloseable> {
    private final long maxBytes;
    private final Runnable onEviction;
    private final Map<String, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** A cached value and its number of users. */
    static final class Entry<V> {
        private final V value;
        private final String name;
        private final long bytes;
        private int users;

        private Entry(V value, String name, long bytes) {
            this.value = value;
            this.name = name;
            this.bytes = bytes;
        }

        V value() {
            return value;
        }

        String name() {
            return name;
        }
    }

    /**
     * @param maxBytes maximum size of the tier, in bytes
     * @param onEviction called after each eviction
     */
    CacheTier(long maxBytes, Runnable onEviction) {
        this.maxBytes = maxBytes;
        this.onEviction = onEviction;
    }

    /**
     * Adds a user to an entry. {@link #release} removes the user.
     *
     * @return the entry, or null if there is none
     */
    @Nullable
    Entry<V> acquire(String key) {
        Entry<V> entry = entries.get(key);
        if (entry != null) {
            entry.users++;
        }
        return entry;
    }

    /**
     * Adds an entry with one user.
     *
     * @param name name for the status and the logs
     * @param size size of the value, in bytes
     */
    Entry<V> put(String key, String name, V value, long size) {
        Entry<V> entry = new Entry<>(value, name, size);
        entry.users = 1;
        entries.put(key, entry);
        bytes += size;
        makeRoom();
        return entry;
    }

    void release(Entry<V> entry) {
        entry.users--;
        makeRoom();
    }

    private void makeRoom() {
        Iterator<Entry<V>> oldestFirst = entries.values().iterator();
        while (bytes > maxBytes && oldestFirst.hasNext()) {
            Entry<V> entry = oldestFirst.next();
            if (entry.users == 0) {
                oldestFirst.remove();
                bytes -= entry.bytes;
                close(entry.value);
                onEviction.run();
            }
        }
    }

    private static void close(AutoCloseable value) {
        try {
            value.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return all entries, least recently used first */
    Collection<Entry<V>> entries() {
        return entries.values();
    }

    int count() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }
}
