package io.lorafleet.worker.adapter;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.storage.BlobStore;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The adapters in memory, by content. Those not in use stay until newer ones need their room. */
public final class ResidentAdapters {
    private final AdapterStore store;
    private final long maxBytes;
    /** By SHA-256, from the least recently used. */
    private final Map<String, Resident> residents = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    private static final class Resident {
        private final AdapterStore.Loaded loaded;
        private int users;

        Resident(AdapterStore.Loaded loaded) {
            this.loaded = loaded;
        }
    }

    /** A hold on an adapter, which stays in memory until it is closed. */
    public interface Lease extends AutoCloseable {
        LoraAdapter adapter();

        @Override
        void close();
    }

    /**
     * @param base shapes of the base's weights by name
     * @param owner closes all adapters
     * @param maxBytes kept in memory; more only while more are in use
     */
    public ResidentAdapters(BlobStore blobs, Map<String, Shape> base, NDManager owner, long maxBytes) {
        this.store = new AdapterStore(blobs, base, owner);
        this.maxBytes = maxBytes;
    }

    /** @throws UnusableAdapterException if the adapter cannot be used with the base */
    public synchronized Lease acquire(PinnedAdapter pinned) {
        Resident resident = residents.get(pinned.sha256());
        if (resident == null) {
            resident = new Resident(store.load(pinned));
            residents.put(pinned.sha256(), resident);
            bytes += resident.loaded.bytes();
        }
        resident.users++;
        evict();
        return lease(resident);
    }

    public synchronized int count() {
        return residents.size();
    }

    private synchronized void release(Resident resident) {
        resident.users--;
        evict();
    }

    private void evict() {
        Iterator<Resident> oldestFirst = residents.values().iterator();
        while (bytes > maxBytes && oldestFirst.hasNext()) {
            Resident candidate = oldestFirst.next();
            if (candidate.users == 0) {
                oldestFirst.remove();
                bytes -= candidate.loaded.bytes();
                candidate.loaded.adapter().close();
            }
        }
    }

    private Lease lease(Resident resident) {
        return new Lease() {
            @Override
            public LoraAdapter adapter() {
                return resident.loaded.adapter();
            }

            @Override
            public void close() {
                release(resident);
            }
        };
    }
}
