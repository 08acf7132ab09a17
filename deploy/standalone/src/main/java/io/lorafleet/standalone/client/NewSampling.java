// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.TimestepSpacing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sampling settings of a {@link NewGeneration} that few requests have. The gateway sets a default for null. */
public record NewSampling(
        @Nullable Double guidanceStart,
        @Nullable Double guidanceEnd,
        @Nullable TimestepSpacing timestepSpacing,
        @Nullable List<Integer> timesteps,
        @Nullable List<Double> sigmas,
        @Nullable Double eta) {}
