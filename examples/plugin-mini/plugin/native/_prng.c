/* mini_plugin._prng: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static PyObject *bits(PyObject *module, PyObject *args) {
  unsigned long long seed;
  Py_ssize_t count;
  (void)module;
  if (!PyArg_ParseTuple(args, "Kn", &seed, &count)) return NULL;
  if (count < 0 || count > PY_SSIZE_T_MAX / (Py_ssize_t)sizeof(uint64_t)) {
    PyErr_SetString(PyExc_ValueError, "count is negative or too large");
    return NULL;
  }
  PyObject *result = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint64_t));
  if (!result) return NULL;
  uint64_t *out = (uint64_t *)PyBytes_AS_STRING(result);
#pragma omp parallel for if (count > 4096)
  for (Py_ssize_t i = 0; i < count; i++) out[i] = mix(seed + UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(i + 1));
  return result;
}

static PyMethodDef methods[] = {
    {"bits", bits, METH_VARARGS, "bits(seed, count): packed 64-bit words, the same for a seed on every machine."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_prng", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__prng(void) {
  PyObject *module = PyModule_Create(&definition);
  if (module && PyModule_AddStringConstant(module, "version", MINI_VERSION) < 0) Py_CLEAR(module);
  return module;
}
