// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.ShadowStudent;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.registry.HashBucket;
import java.util.List;
import java.util.Optional;

/**
 * Selects the shadow for a request, if any.
 *
 * <p>A request with one adapter can get the shadow from that adapter's route. A guided request without adapters can get
 * the shadow from any route. A request with several adapters gets no shadow, because the shadow would have to match the
 * combination of adapters. A request with an embedding gets no shadow, because the shadow's prompt would have to contain
 * the embedding's vectors.
 */
final class Shadows {
    private final AdapterRegistry registry;

    Shadows(AdapterRegistry registry) {
        this.registry = registry;
    }

    /** @param base fingerprint of the request's base */
    Optional<ShadowStudent> pick(
            String requestId, List<ResolvedAdapter> resolved, GuidanceSettings scales, String base) {
        double guidance = effectiveGuidance(resolved, scales);
        boolean embedding = resolved.stream().anyMatch(ResolvedAdapter::isEmbedding);
        if (embedding || resolved.size() > 1 || guidance <= 1 || guidance > GenerateImage.MAX_GUIDANCE_SCALE) {
            return Optional.empty();
        }
        return candidate(requestId, resolved, base).flatMap(adapter -> shadow(adapter, requestId, guidance));
    }

    private static double effectiveGuidance(List<ResolvedAdapter> resolved, GuidanceSettings scales) {
        if (resolved.size() != 1 || !resolved.get(0).isStudent()) {
            return scales.guidanceScale();
        }
        return GuidanceSettings.guidanceAt(
                scales.adapters().get(0).scale(),
                GuidanceSettings.trainedAt(resolved.get(0).version()));
    }

    private Optional<Adapter> candidate(String requestId, List<ResolvedAdapter> resolved, String base) {
        if (!resolved.isEmpty()) {
            return registry.find(resolved.get(0).version().name()).filter(Shadows::hasShadow);
        }
        List<Adapter> all = registry.all().stream()
                .filter(adapter -> hasShadow(adapter) && isFor(base, adapter))
                .toList();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(all.get((int) (HashBucket.of("shadow-route", requestId) * all.size())));
    }

    private static boolean isFor(String base, Adapter adapter) {
        return shareOf(adapter)
                .flatMap(share -> adapter.usable(share.version()))
                .filter(version -> !version.isFor(base))
                .isEmpty();
    }

    private static boolean hasShadow(Adapter adapter) {
        return shareOf(adapter).isPresent();
    }

    private static Optional<Share> shareOf(Adapter adapter) {
        return Optional.ofNullable(adapter.route()).map(AdapterRoute::shadow);
    }

    private static Optional<ShadowStudent> shadow(Adapter adapter, String requestId, double guidance) {
        return shareOf(adapter)
                .filter(share -> HashBucket.of("shadow", requestId) < share.share())
                .flatMap(share -> adapter.usable(share.version()))
                .filter(version -> version.kind() == Kind.STUDENT) // another tool may have written the route
                .flatMap(student -> tuned(student, guidance));
    }

    private static Optional<ShadowStudent> tuned(AdapterVersion student, double guidance) {
        double scale = GuidanceSettings.scaleFor(guidance, GuidanceSettings.trainedAt(student));
        return scale > GenerateImage.MAX_ADAPTER_SCALE
                ? Optional.empty()
                : Optional.of(new ShadowStudent(AppliedAdapter.of(student, scale), guidance));
    }
}
