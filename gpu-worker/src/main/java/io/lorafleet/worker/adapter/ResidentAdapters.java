// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.lora.DeviceAdapter;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The adapter cache: a device tier, and a host memory tier behind it. Loader threads fetch and verify an adapter that
 * is in neither tier, and copy it to the device. Only the requests for this adapter wait; the step loop continues with
 * other images.
 */
public final class ResidentAdapters implements AutoCloseable {
    /**
     * With two threads, one adapter can be fetched, which is network-bound, while another is being verified, which is
     * CPU-bound.
     */
    private static final int LOADERS = 2;

    private final AdapterStore store;
    private final DataType type;
    private final NDManager host;
    private final NDManager device;
    private final AdapterMetrics metrics;
    private final UnusableAdapters unusable = new UnusableAdapters();
    private final ExecutorService loaders;
    // This object's lock guards both tiers and the waiting leases.
    private final CacheTier<DeviceAdapter> onHost;
    private final CacheTier<DeviceAdapter> onDevice;
    private final Map<String, List<CompletableFuture<Lease>>> waiting = new HashMap<>();

    /** A lease on an adapter. The adapter stays on the device until the lease is closed. */
    public interface Lease extends AutoCloseable {
        /** @return the adapter; owned by the cache */
        DeviceAdapter adapter();

        @Override
        void close();
    }

    /**
     * @param type data type of the UNet
     * @param owner manages the base's weights on the device; closing it also frees the adapters
     */
    public ResidentAdapters(
            AdapterStore store, AdapterLimits limits, DataType type, NDManager owner, MeterRegistry meters) {
        this.store = store;
        this.type = type;
        this.host = owner.newSubManager(Device.cpu());
        this.device = owner.newSubManager();
        this.metrics = new AdapterMetrics(meters);
        this.onHost = new CacheTier<>(limits.hostBytes(), metrics::evictedFromHost);
        this.onDevice = new CacheTier<>(limits.deviceBytes(), metrics::evictedFromDevice);
        this.loaders = Executors.newFixedThreadPool(LOADERS, task -> new Thread(task, "adapters"));
        meters.gauge("lorafleet.adapters.device", this, ResidentAdapters::countOnDevice);
        meters.gauge("lorafleet.adapters.device.bytes", this, ResidentAdapters::bytesOnDevice);
        meters.gauge("lorafleet.adapters.host", this, ResidentAdapters::countOnHost);
        meters.gauge("lorafleet.adapters.host.bytes", this, ResidentAdapters::bytesOnHost);
    }

    /**
     * Requests a lease without blocking.
     *
     * @return the lease, which the caller must close. Fails with {@link UnusableAdapterException} if the adapter cannot
     *     be used with the base, and with {@link java.io.UncheckedIOException} if the blob store fails
     */
    public CompletableFuture<Lease> acquire(AdapterWeights weights) {
        CompletableFuture<Lease> lease = new CompletableFuture<>();
        UnusableAdapterException refusal = unusable.permanent(weights);
        if (refusal != null) {
            lease.completeExceptionally(refusal);
            return lease;
        }
        synchronized (this) {
            CacheTier.Entry<DeviceAdapter> entry = onDevice.acquire(weights.key());
            if (entry == null) {
                enqueue(weights, lease);
                return lease;
            }
            metrics.hitOnDevice();
            lease.complete(lease(entry));
            return lease;
        }
    }

    private void enqueue(AdapterWeights weights, CompletableFuture<Lease> lease) {
        List<CompletableFuture<Lease>> others = waiting.get(weights.key());
        if (others != null) {
            others.add(lease);
            return;
        }
        waiting.put(weights.key(), new ArrayList<>(List.of(lease)));
        long since = System.nanoTime();
        loaders.execute(() -> load(weights, since));
    }

    /** Loads a version that has just been published, ahead of its first request. */
    public void published(AdapterVersion version) {
        metrics.published(version.pinned());
        acquire(AdapterWeights.of(version)).thenAccept(Lease::close);
    }

    /** Records that a step used the adapter. */
    public void stepped(PinnedAdapter adapter) {
        metrics.stepped(adapter);
    }

    private void load(AdapterWeights weights, long since) {
        try {
            CacheTier.Entry<DeviceAdapter> host = onHost(weights);
            DeviceAdapter deviceAdapter;
            try {
                deviceAdapter = host.value().copyTo(device);
            } finally {
                release(onHost, host);
            }
            unusable.remove(weights);
            metrics.loaded(System.nanoTime() - since);
            grant(weights, deviceAdapter);
        } catch (UnusableAdapterException e) {
            unusable.add(weights, e);
            metrics.refused();
            fail(weights, e);
        } catch (RuntimeException | Error e) {
            fail(weights, e);
        }
    }

    private CacheTier.Entry<DeviceAdapter> onHost(AdapterWeights weights) {
        synchronized (this) {
            CacheTier.Entry<DeviceAdapter> entry = onHost.acquire(weights.key());
            if (entry != null) {
                metrics.hitOnHost();
                return entry;
            }
        }
        metrics.missed();
        DeviceAdapter loaded = DeviceAdapter.of(store.load(weights), store.base(), type, host);
        synchronized (this) {
            return onHost.put(weights.key(), weights.toString(), loaded, loaded.bytes());
        }
    }

    private void grant(AdapterWeights weights, DeviceAdapter deviceAdapter) {
        Map<CompletableFuture<Lease>, Lease> leases = new HashMap<>();
        synchronized (this) {
            CacheTier.Entry<DeviceAdapter> entry =
                    onDevice.put(weights.key(), weights.toString(), deviceAdapter, deviceAdapter.bytes());
            for (CompletableFuture<Lease> each : removeWaiting(weights)) {
                onDevice.acquire(weights.key());
                leases.put(each, lease(entry));
            }
            onDevice.release(entry); // remove the user added by put(), which kept the entry until now
        }
        leases.forEach(CompletableFuture::complete);
    }

    private void fail(AdapterWeights weights, Throwable why) {
        List<CompletableFuture<Lease>> failed;
        synchronized (this) {
            failed = removeWaiting(weights);
        }
        failed.forEach(each -> each.completeExceptionally(why));
    }

    private List<CompletableFuture<Lease>> removeWaiting(AdapterWeights weights) {
        return Objects.requireNonNull(waiting.remove(weights.key()), "no lease waits for this adapter");
    }

    private Lease lease(CacheTier.Entry<DeviceAdapter> entry) {
        return new Lease() {
            @Override
            public DeviceAdapter adapter() {
                return entry.value();
            }

            @Override
            public void close() {
                release(onDevice, entry);
            }
        };
    }

    private synchronized <V extends AutoCloseable> void release(CacheTier<V> tier, CacheTier.Entry<V> entry) {
        tier.release(entry);
    }

    /**
     * @return {@code name@version} of the adapters on the device, most recently used first, at most {@link
     *     WorkerStatus#MAX_ADAPTERS_NAMED}
     */
    public synchronized List<String> names() {
        List<String> names = new ArrayList<>(onDevice.entries().stream()
                .map(CacheTier.Entry::name)
                .distinct()
                .toList());
        Collections.reverse(names);
        return names.stream().limit(WorkerStatus.MAX_ADAPTERS_NAMED).toList();
    }

    /** @return the versions that this worker cannot use, and the reasons why */
    public List<RefusedAdapter> refused() {
        return unusable.all();
    }

    synchronized int countOnDevice() {
        return onDevice.count();
    }

    private synchronized long bytesOnDevice() {
        return onDevice.bytes();
    }

    synchronized int countOnHost() {
        return onHost.count();
    }

    private synchronized long bytesOnHost() {
        return onHost.bytes();
    }

    /** Stops the loader threads. The adapters' managers free the memory. */
    @Override
    public void close() {
        loaders.shutdownNow();
        try {
            loaders.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
