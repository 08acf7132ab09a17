// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Shadow;
import io.lorafleet.diffusion.lora.RowAdapters.Applied;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.ShadowStudent;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.worker.adapter.AdapterWeights;
import io.lorafleet.worker.adapter.ResidentAdapters;
import io.lorafleet.worker.adapter.ResidentAdapters.Lease;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A request's adapter leases.
 *
 * @param own leases on the request's adapters, in the same order
 * @param shadow lease on the shadow student; null if the request has no shadow, or if the shadow cannot be used; an
 *     unusable shadow does not fail the request
 */
record AdapterLeases(List<Lease> own, @Nullable Lease shadow) implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdapterLeases.class);
    private static final AttributeKey<List<String>> ADAPTERS = AttributeKey.stringArrayKey("lorafleet.adapters");
    private static final AttributeKey<Boolean> RESIDENT = AttributeKey.booleanKey("lorafleet.adapters.resident");

    /**
     * @return the leases, which the caller must close. Fails like {@link ResidentAdapters#acquire}, and then holds no
     *     leases
     */
    static CompletableFuture<AdapterLeases> acquire(GenerateImage request, ResidentAdapters adapters) {
        if (request.adapters().isEmpty() && request.shadow() == null) {
            return CompletableFuture.completedFuture(new AdapterLeases(List.of(), null));
        }
        Span span = Spans.start("load adapters").setAttribute(ADAPTERS, names(request));
        CompletableFuture<AdapterLeases> leases = acquireAll(request, adapters);
        span.setAttribute(RESIDENT, leases.isDone());
        return leases.whenComplete((granted, failure) -> {
            if (failure != null) {
                Spans.fail(span, failure);
            }
            span.end();
        });
    }

    private static List<String> names(GenerateImage request) {
        Stream<AppliedAdapter> shadow = Stream.ofNullable(request.shadow()).map(ShadowStudent::student);
        return Stream.concat(request.adapters().stream(), shadow)
                .map(applied -> applied.adapter().toString())
                .toList();
    }

    private static CompletableFuture<AdapterLeases> acquireAll(GenerateImage request, ResidentAdapters adapters) {
        List<CompletableFuture<Lease>> own = request.adapters().stream()
                .map(applied -> adapters.acquire(AdapterWeights.of(applied)))
                .toList();
        CompletableFuture<@Nullable Lease> shadow = shadow(request, adapters);
        return CompletableFuture.allOf(own.toArray(CompletableFuture[]::new))
                .thenCombine(
                        shadow,
                        (all, granted) -> new AdapterLeases(
                                own.stream().map(CompletableFuture::join).toList(), granted))
                .whenComplete((leases, failure) -> {
                    if (failure != null) {
                        own.forEach(each -> each.thenAccept(Lease::close));
                        shadow.thenAccept(AdapterLeases::closeShadow);
                    }
                });
    }

    private static CompletableFuture<@Nullable Lease> shadow(GenerateImage request, ResidentAdapters adapters) {
        if (request.shadow() == null) {
            return CompletableFuture.completedFuture(null);
        }
        return adapters.acquire(AdapterWeights.of(request.shadow().student())).exceptionally(failure -> {
            LOG.warnf(
                    "Request %s: continuing without the shadow student: %s", request.requestId(), failure.getMessage());
            return null;
        });
    }

    /** @return the adapters, with their scales from the request */
    List<Applied> applied(GenerateImage request) {
        List<Applied> applied = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            applied.add(applied(request.adapters().get(i), own.get(i)));
        }
        return applied;
    }

    /** @return the shadow student, or null if there is none */
    @Nullable
    Shadow shadow(GenerateImage request) {
        ShadowStudent wanted = request.shadow();
        return wanted == null || shadow == null
                ? null
                : new Shadow(applied(wanted.student(), shadow), wanted.guidanceScale());
    }

    private static Applied applied(AppliedAdapter adapter, Lease lease) {
        return new Applied(lease.adapter(), adapter.scale(), adapter.triggerWord());
    }

    @Override
    public void close() {
        own.forEach(Lease::close);
        closeShadow(shadow);
    }

    private static void closeShadow(@Nullable Lease shadow) {
        if (shadow != null) {
            shadow.close();
        }
    }
}
