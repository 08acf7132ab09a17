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
 * The adapters on the device, and behind them those in the host's memory. Whoever wants one that is not there waits for
 * it alone: it is fetched, verified and placed on threads of its own, while the device goes on with other rows.
 */
public final class ResidentAdapters implements AutoCloseable {
    /** Fetching waits for the network, checking for the processor. */
    private static final int LOADERS = 2;

    private final AdapterStore store;
    private final DataType type;
    private final NDManager host;
    private final NDManager device;
    private final AdapterMetrics metrics;
    private final UnusableAdapters unusable = new UnusableAdapters();
    private final ExecutorService loaders;
    // Both guarded by this object's lock, as is what is being loaded.
    private final CacheTier<DeviceAdapter> onHost;
    private final CacheTier<DeviceAdapter> onDevice;
    private final Map<String, List<CompletableFuture<Lease>>> awaited = new HashMap<>();

    /** A hold on an adapter, which stays on the device until it is closed. */
    public interface Lease extends AutoCloseable {
        DeviceAdapter adapter();

        @Override
        void close();
    }

    /**
     * @param type that the UNet computes with
     * @param owner of the base's weights, on its device: closing it frees these, too
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
     * Returns at once.
     *
     * @return to be closed by the caller when it comes; fails with {@link UnusableAdapterException} if the adapter cannot
     *     be used with the base, and with {@link java.io.UncheckedIOException} if the blob store failed
     */
    public CompletableFuture<Lease> acquire(PinnedAdapter pinned) {
        CompletableFuture<Lease> lease = new CompletableFuture<>();
        UnusableAdapterException refusal = unusable.lasting(pinned);
        if (refusal != null) {
            lease.completeExceptionally(refusal);
            return lease;
        }
        synchronized (this) {
            CacheTier.Held<DeviceAdapter> held = onDevice.use(pinned.sha256());
            if (held == null) {
                await(pinned, lease);
                return lease;
            }
            metrics.hitOnDevice();
            lease.complete(lease(held));
            return lease;
        }
    }

    private void await(PinnedAdapter pinned, CompletableFuture<Lease> lease) {
        List<CompletableFuture<Lease>> others = awaited.get(pinned.sha256());
        if (others != null) {
            others.add(lease);
            return;
        }
        awaited.put(pinned.sha256(), new ArrayList<>(List.of(lease)));
        long since = System.nanoTime();
        loaders.execute(() -> bring(pinned, since));
    }

    /** Takes note of a version that has just been published, so that it is there before the first request for it. */
    public void published(AdapterVersion version) {
        metrics.published(version.pinned());
        acquire(version.pinned()).thenAccept(Lease::close);
    }

    /** Takes note that a step was made with an adapter. */
    public void stepped(PinnedAdapter adapter) {
        metrics.stepped(adapter);
    }

    private void bring(PinnedAdapter pinned, long since) {
        try {
            CacheTier.Held<DeviceAdapter> host = onHost(pinned);
            DeviceAdapter deviceAdapter;
            try {
                deviceAdapter = host.value().copyTo(device);
            } finally {
                release(onHost, host);
            }
            unusable.remove(pinned);
            metrics.loaded(System.nanoTime() - since);
            handOut(pinned, deviceAdapter);
        } catch (UnusableAdapterException e) {
            unusable.add(pinned, e);
            metrics.refused();
            fail(pinned, e);
        } catch (RuntimeException | Error e) {
            fail(pinned, e);
        }
    }

    private CacheTier.Held<DeviceAdapter> onHost(PinnedAdapter pinned) {
        synchronized (this) {
            CacheTier.Held<DeviceAdapter> held = onHost.use(pinned.sha256());
            if (held != null) {
                metrics.hitOnHost();
                return held;
            }
        }
        metrics.missed();
        DeviceAdapter loaded = DeviceAdapter.of(store.load(pinned), type, host);
        synchronized (this) {
            return onHost.put(pinned.sha256(), pinned.toString(), loaded, loaded.bytes());
        }
    }

    private void handOut(PinnedAdapter pinned, DeviceAdapter deviceAdapter) {
        Map<CompletableFuture<Lease>, Lease> leases = new HashMap<>();
        synchronized (this) {
            CacheTier.Held<DeviceAdapter> held =
                    onDevice.put(pinned.sha256(), pinned.toString(), deviceAdapter, deviceAdapter.bytes());
            for (CompletableFuture<Lease> each : noLongerAwaiting(pinned)) {
                onDevice.use(pinned.sha256());
                leases.put(each, lease(held));
            }
            onDevice.release(held); // as its first user, who only kept it for these
        }
        leases.forEach(CompletableFuture::complete);
    }

    private void fail(PinnedAdapter pinned, Throwable why) {
        List<CompletableFuture<Lease>> waiting;
        synchronized (this) {
            waiting = noLongerAwaiting(pinned);
        }
        waiting.forEach(each -> each.completeExceptionally(why));
    }

    private List<CompletableFuture<Lease>> noLongerAwaiting(PinnedAdapter pinned) {
        return Objects.requireNonNull(awaited.remove(pinned.sha256()), "only what is awaited is brought");
    }

    private Lease lease(CacheTier.Held<DeviceAdapter> held) {
        return new Lease() {
            @Override
            public DeviceAdapter adapter() {
                return held.value();
            }

            @Override
            public void close() {
                release(onDevice, held);
            }
        };
    }

    private synchronized <V extends AutoCloseable> void release(CacheTier<V> tier, CacheTier.Held<V> held) {
        tier.release(held);
    }

    /** @return {@code name@version} of those on the device, from the latest used; not more than a status may name */
    public synchronized List<String> names() {
        List<String> names = new ArrayList<>(
                onDevice.all().stream().map(CacheTier.Held::name).toList());
        Collections.reverse(names);
        return names.stream().limit(WorkerStatus.MAX_ADAPTERS_NAMED).toList();
    }

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

    /** Waits for what is being loaded. The adapters' managers free what is resident. */
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
