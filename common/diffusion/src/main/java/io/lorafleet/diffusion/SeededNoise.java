// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

/**
 * Standard normal noise generated from a seed. It equals
 * {@code torch.randn(n, generator=torch.Generator("cpu").manual_seed(seed))}, so a seed produces the same image as in
 * diffusers. The noise is generated on the CPU, so it does not depend on the device.
 *
 * <p>The Mersenne Twister MT19937 generates 24-bit uniform numbers. The Box-Muller transform turns them into
 * normally distributed numbers, in blocks of 16.
 *
 * @see "pytorch aten/src/ATen/native/cpu/DistributionTemplates.h normal_fill; Matsumoto and Nishimura 1998"
 */
public final class SeededNoise {
    private static final int BLOCK = 16;
    private static final int STATE = 624;
    private static final int SHIFT = 397;

    private final int[] state = new int[STATE];
    private int used = STATE;

    /** @param seed seed; only the lower 32 bits are used, as in torch */
    public SeededNoise(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < STATE; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    /**
     * Returns the stream's next values, as another call to {@code torch.randn} with the same generator would.
     *
     * @param count number of values, at least 16. torch uses a different algorithm for fewer values, and no latent is
     *     that small
     */
    public float[] next(int count) {
        if (count < BLOCK) {
            throw new IllegalArgumentException("count: expected at least " + BLOCK + ", found " + count);
        }
        float[] values = new float[count];
        fillUniform(values, 0);
        for (int start = 0; start + BLOCK <= count; start += BLOCK) {
            boxMuller(values, start);
        }
        if (count % BLOCK != 0) {
            // As in torch, the last block is generated again and overwrites the end of the previous block.
            fillUniform(values, count - BLOCK);
            boxMuller(values, count - BLOCK);
        }
        return values;
    }

    private void fillUniform(float[] values, int start) {
        for (int i = start; i < values.length; i++) {
            values[i] = (nextInt() & 0xFFFFFF) * 0x1p-24f;
        }
    }

    /**
     * Transforms 16 uniform values into normally distributed values: the first eight determine the radii, and the last
     * eight the angles.
     */
    private static void boxMuller(float[] values, int start) {
        for (int i = start; i < start + BLOCK / 2; i++) {
            float u1 = 1 - values[i]; // (0, 1], for the logarithm
            float u2 = values[i + BLOCK / 2];
            // StrictMath returns the same values on every machine.
            double radius = StrictMath.sqrt(-2 * StrictMath.log(u1));
            double theta = 2 * Math.PI * u2;
            values[i] = (float) (radius * StrictMath.cos(theta));
            values[i + BLOCK / 2] = (float) (radius * StrictMath.sin(theta));
        }
    }

    private int nextInt() {
        if (used == STATE) {
            twist();
        }
        int y = state[used++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < STATE; i++) {
            int y = (state[i] & 0x80000000) | (state[(i + 1) % STATE] & 0x7FFFFFFF);
            state[i] = state[(i + SHIFT) % STATE] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
        used = 0;
    }
}
