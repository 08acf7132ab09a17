// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.Adapter;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route that a caller requests, before any checks. It replaces the whole current route: a canary or shadow that the
 * request does not contain is removed.
 *
 * @param stable the version for most requests
 * @param canary the version for a share of the requests, instead of the stable version
 * @param shadow the student that is measured on a share of the requests, without affecting their images
 */
public record RouteRequest(
        @Nullable Integer stable,
        @Nullable Share canary,
        @Nullable Share shadow) {

    /** A version and the share of the requests that use it. */
    public record Share(@Nullable Integer version, @Nullable Double share) {}

    /**
     * @param checks collects the invalid fields
     * @return null if a field is invalid
     */
    @Nullable
    AdapterRoute route(Adapter adapter, Instant now, FieldChecks checks) {
        checkUsable("stable", stable, adapter, checks);
        if (canary != null) {
            checkUsable("canary.version", canary.version(), adapter, checks);
            if (canary.version() != null && canary.version().equals(stable)) {
                checks.refuse("canary.version", "a version other than the stable version", stable);
            }
        }
        if (shadow != null) {
            checkUsable("shadow.version", shadow.version(), adapter, checks)
                    .filter(version -> version.kind() != AdapterVersion.Kind.STUDENT)
                    .ifPresent(style -> checks.refuse("shadow.version", "a student", style.pinned() + ", a style"));
        }
        AdapterRoute.Share checkedCanary = share("canary.share", canary, checks);
        AdapterRoute.Share checkedShadow = share("shadow.share", shadow, checks);
        return stable != null && checks.badFields().isEmpty()
                ? new AdapterRoute(
                        adapter.name(), stable, previousStable(adapter, stable), checkedCanary, checkedShadow, now)
                : null;
    }

    private static @Nullable Integer previousStable(Adapter adapter, int newStable) {
        if (adapter.route() == null) {
            return null;
        }
        return adapter.route().stable() == newStable
                ? adapter.route().previousStable()
                : Integer.valueOf(adapter.route().stable());
    }

    private static Optional<AdapterVersion> checkUsable(
            String field, @Nullable Integer number, Adapter adapter, FieldChecks checks) {
        Optional<AdapterVersion> version = Optional.ofNullable(number).flatMap(adapter::usable);
        if (version.isEmpty()) {
            boolean isRetired =
                    Optional.ofNullable(number).flatMap(adapter::version).isPresent();
            checks.refuse(
                    field,
                    "a version of " + adapter.name() + " that is not retired",
                    number == null ? "none" : number + (isRetired ? ", which is retired" : ", which does not exist"));
        }
        return version;
    }

    private static AdapterRoute.@Nullable Share share(String field, @Nullable Share share, FieldChecks checks) {
        if (share == null) {
            return null;
        }
        if (share.share() == null) {
            checks.refuse(field, "a number greater than 0 and at most 1", "none");
            return null;
        }
        double checked = checks.share(field, share.share(), 1);
        return share.version() != null && checks.badFields().isEmpty()
                ? new AdapterRoute.Share(share.version(), checked)
                : null;
    }
}
