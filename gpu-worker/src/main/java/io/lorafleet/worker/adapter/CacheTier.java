// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adapters in one kind of memory, by SHA-256. Those not in use stay until newer ones need their room, the least recently
 * used go first; those in use stay however many they are. Not for several threads.
 */
final class CacheTier<V extends AutoCloseable> {
    private final long maxBytes;
    private final Runnable onEviction;
    private final Map<String, Held<V>> byUse = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    static final class Held<V> {
        private final V value;
        private final String name;
        private final long bytes;
        private int users;

        private Held(V value, String name, long bytes) {
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

    CacheTier(long maxBytes, Runnable onEviction) {
        this.maxBytes = maxBytes;
        this.onEviction = onEviction;
    }

    /** @return what is there, for one more user until {@link #release}; null if it is not */
    @Nullable
    Held<V> use(String sha256) {
        Held<V> held = byUse.get(sha256);
        if (held != null) {
            held.users++;
        }
        return held;
    }

    /** Puts something in, for its first user. @param name for people */
    Held<V> put(String sha256, String name, V value, long size) {
        Held<V> held = new Held<>(value, name, size);
        held.users = 1;
        byUse.put(sha256, held);
        bytes += size;
        makeRoom();
        return held;
    }

    void release(Held<V> held) {
        held.users--;
        makeRoom();
    }

    private void makeRoom() {
        Iterator<Held<V>> oldestFirst = byUse.values().iterator();
        while (bytes > maxBytes && oldestFirst.hasNext()) {
            Held<V> candidate = oldestFirst.next();
            if (candidate.users == 0) {
                oldestFirst.remove();
                bytes -= candidate.bytes;
                close(candidate.value);
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

    /** @return from the least recently used */
    Collection<Held<V>> all() {
        return byUse.values();
    }

    int count() {
        return byUse.size();
    }

    long bytes() {
        return bytes;
    }
}
