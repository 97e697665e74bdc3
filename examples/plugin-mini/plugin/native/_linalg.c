/* mini_plugin._linalg: a matrix product over packed doubles. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *matmul(PyObject *module, PyObject *args) {
  Py_buffer a, b;
  Py_ssize_t n, k, m;
  (void)module;
  if (!PyArg_ParseTuple(args, "y*y*nnn", &a, &b, &n, &k, &m)) return NULL;
  PyObject *result = NULL;
  const Py_ssize_t limit = (Py_ssize_t)1 << 20; /* a side; keeps every product below within a Py_ssize_t */
  if (n < 0 || k < 0 || m < 0 || n > limit || k > limit || m > limit) {
    PyErr_SetString(PyExc_ValueError, "a side is negative or too long");
  } else if (a.len != n * k * (Py_ssize_t)sizeof(double) || b.len != k * m * (Py_ssize_t)sizeof(double)) {
    PyErr_SetString(PyExc_ValueError, "the buffers do not have the sizes that the shapes say");
  } else if ((result = PyBytes_FromStringAndSize(NULL, n * m * (Py_ssize_t)sizeof(double)))) {
    const double *x = a.buf, *y = b.buf;
    double *out = (double *)PyBytes_AS_STRING(result);
    Py_BEGIN_ALLOW_THREADS
#pragma omp parallel for if (n > 64)
    for (Py_ssize_t i = 0; i < n; i++) {
      for (Py_ssize_t j = 0; j < m; j++) {
        double sum = 0.0;
        for (Py_ssize_t l = 0; l < k; l++) sum += x[i * k + l] * y[l * m + j];
        out[i * m + j] = sum;
      }
    }
    Py_END_ALLOW_THREADS
  }
  PyBuffer_Release(&a);
  PyBuffer_Release(&b);
  return result;
}

static PyMethodDef methods[] = {
    {"matmul", matmul, METH_VARARGS, "matmul(a, b, n, k, m): n*k packed doubles times k*m packed doubles."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_linalg", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__linalg(void) {
  PyObject *module = PyModule_Create(&definition);
  if (module && PyModule_AddStringConstant(module, "version", MINI_VERSION) < 0) Py_CLEAR(module);
  return module;
}
