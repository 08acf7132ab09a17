package io.lorafleet.gateway.generation;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.GenerateImage;

/**
 * The two scales of a request.
 *
 * <p>A style adapter, like the base model, runs under guidance. A student has learned the guided result at a scale
 * {@code s}: it runs at guidance scale 1, and its adapter scale is the dial. Its effective guidance is about
 * {@code 1 + adapterScale (s - 1)}, so a wish for guidance scale g means adapter scale {@code (g - 1) / (s - 1)}.
 */
record Dial(double adapterScale, double guidanceScale) {
    private static final double DEFAULT_ADAPTER_SCALE = 1;
    /** The scale that published students are distilled at, so that both look alike by default. */
    private static final double DEFAULT_GUIDANCE_SCALE = 5;

    /**
     * @param adapter null for the base model alone
     * @param adapterScale null if the client did not say
     * @param guidanceScale null if the client did not say
     * @param checks told of what cannot be accepted
     */
    static Dial of(AdapterVersion adapter, Double adapterScale, Double guidanceScale, FieldChecks checks) {
        double scale = checks.number(
                "adapterScale",
                -GenerateImage.MAX_ADAPTER_SCALE,
                GenerateImage.MAX_ADAPTER_SCALE,
                adapterScale,
                DEFAULT_ADAPTER_SCALE);
        double guidance = checks.number(
                "guidanceScale", 1, GenerateImage.MAX_GUIDANCE_SCALE, guidanceScale, DEFAULT_GUIDANCE_SCALE);
        if (adapter == null || adapter.kind() != AdapterVersion.Kind.STUDENT) {
            return new Dial(scale, guidance);
        }
        if (guidanceScale == null) {
            return new Dial(scale, 1);
        }
        if (adapterScale != null) {
            checks.refuse("guidanceScale", "either this or adapterScale, since both set a student's guidance", "both");
            return new Dial(scale, 1);
        }
        return forStudent(adapter.guidance(), guidance, checks);
    }

    private static Dial forStudent(double trainedAt, double guidance, FieldChecks checks) {
        double mostGuidance = 1 + GenerateImage.MAX_ADAPTER_SCALE * (trainedAt - 1);
        double reachable = checks.number("guidanceScale", 1, mostGuidance, guidance, trainedAt);
        return new Dial((reachable - 1) / (trainedAt - 1), 1);
    }
}
